"""Secrets in parameters: `${env:OUTSCOPE_SECRET_NAME}` is read from the worker's own environment.

With `OUTSCOPE_SECRET_NAME_FILE` in its place, the secret is what that file holds, without the line
break at its end.

So a key never travels in an order and is never stored. Only names with the prefix are read, because
a check is data: an order must not be able to send the worker's other variables, such as its broker
password, to a target.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

PREFIX: Final = "OUTSCOPE_SECRET_"
_PLACE: Final = re.compile(r"\$\{env:([^}]*)\}")


class SecretError(ValueError):
    """A secret that this worker does not have or must not read."""


def reveal(text: str, environment: Mapping[str, str] = os.environ) -> str:
    """The text with its secrets filled in; SecretError names the variable that is missing."""
    return _PLACE.sub(lambda place: _value(place[1], environment), text) if "${" in text else text


def _value(name: str, environment: Mapping[str, str]) -> str:
    if not name.startswith(PREFIX):
        raise SecretError(
            f"workers read only variables whose names begin with {PREFIX}, and {name} does not"
        )
    if name in environment:
        return environment[name]
    file = environment.get(f"{name}_FILE")
    if file is None:
        raise SecretError(f"the environment variable {name} is not set on this worker")
    try:
        return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(
            f"the file that {name}_FILE names cannot be read on this worker"
        ) from error
