"""Request headers as parameters give them and as they are sent."""

import re
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator

from worker.probes.parameters.secret import SecretError

TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""RFC 9110, section 5.6.2: what names are made of."""
_BREAKS: Final = re.compile(r"[\r\n\0]")


def _sendable(headers: Mapping[str, str]) -> Mapping[str, str]:
    for name, text in headers.items():
        if not TOKEN.fullmatch(name):
            raise ValueError(f"{name!r} is not a header name")
        if _BREAKS.search(text):
            raise ValueError(f"the value of {name} must be one line")
    return headers


Headers = Annotated[Mapping[str, str], AfterValidator(_sendable)]
"""Names to values of request headers; values may hold references to secrets."""


def header_value(name: str, value: str) -> str:
    """The value of a header whose secrets are filled in; SecretError when one of them broke its
    line.
    """
    if _BREAKS.search(value):
        raise SecretError(f"the secret in the header {name} must be one line")
    return value


def header_line(name: str, value: str) -> bytes:
    """The line of a header, as libcurl takes it; SecretError as for `header_value`."""
    # libcurl's way to send an empty header
    line = f"{name}: {header_value(name, value)}" if value else f"{name};"
    return line.encode()
