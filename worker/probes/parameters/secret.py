"""Secrets in parameters: `${env:OUTSCOPE_SECRET_NAME}` is read from the worker's own environment.

With `OUTSCOPE_SECRET_NAME_FILE` in its place, the secret is what that file holds, without the line
break at its end.

So a key never travels in an order and is never stored. Only names with the prefix are read, because
a check is data: an order must not be able to send the worker's other variables, such as its broker
password, to a target. For the same reason a secret goes only to whom it is bound, which
`OUTSCOPE_SECRET_NAME_HOSTS` says where no order can change it.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from worker.contract.outcome import Reason
from worker.contract.target import read_hosts
from worker.probes.parameters.receiver import HERE, Receiver

PREFIX: Final = "OUTSCOPE_SECRET_"
HOSTS: Final = "_HOSTS"
"""What the variable with a secret's hosts is called, behind the secret's own name."""
_PLACE: Final = re.compile(r"\$\{env:([^}]*)\}")

_IN_FILES: Final[dict[str, str]] = {}
"""What files held when they were read first, or at the last reload."""


class SecretError(ValueError):
    """A secret that this worker does not have or must not read."""

    reason = Reason.INTERNAL


class WrongReceiverError(SecretError):
    """A secret that must not go to whom the check would send it."""

    reason = Reason.BLOCKED


def reveal(text: str, to: Receiver, environment: Mapping[str, str] = os.environ) -> str:
    """The text with its secrets filled in, for whoever is `to`; SecretError names the variable that
    is missing, or that must not go there.
    """
    if "${" not in text:
        return text
    return _PLACE.sub(lambda place: _value(place[1], to, environment), text)


def secrets_in(text: str, environment: Mapping[str, str] = os.environ) -> frozenset[str]:
    """The secrets that a text names, as far as this worker has them."""
    return frozenset(
        value
        for name in _PLACE.findall(text)
        if name.startswith(PREFIX) and (value := _held(name, environment))
    )


def _held(name: str, environment: Mapping[str, str]) -> str | None:
    file = environment.get(f"{name}_FILE")
    return environment.get(name) or (None if file is None else _IN_FILES.get(file))


def _value(name: str, to: Receiver, environment: Mapping[str, str]) -> str:
    if not name.startswith(PREFIX) or name.endswith(HOSTS):
        raise SecretError(
            f"workers read only variables whose names begin with {PREFIX} and do not end with"
            f" {HOSTS}, and {name} is none"
        )
    if to is not HERE:
        _refuse_others(name, to, environment.get(f"{name}{HOSTS}"))
    if name in environment:
        return environment[name]
    file = environment.get(f"{name}_FILE")
    if file is None:
        raise SecretError(f"the environment variable {name} is not set on this worker")
    return _IN_FILES.get(file) or keep_secret(file, read_secret(name, file))


def secret_files(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The secrets that stand in files, and where."""
    suffix = "_FILE"
    return {
        name.removesuffix(suffix): file
        for name, file in environment.items()
        if name.startswith(PREFIX) and name.endswith(suffix) and file
    }


def read_secret(name: str, file: str) -> str:
    """What the file of a secret holds; SecretError when it cannot be read."""
    try:
        return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(
            f"the file that {name}_FILE names cannot be read on this worker"
        ) from error


def keep_secret(file: str, text: str) -> str:
    """Have this be the secret of a file from now on, whatever becomes of the file."""
    _IN_FILES[file] = text
    return text


def _refuse_others(name: str, to: Receiver, hosts: str | None) -> None:
    """WrongReceiverError when a secret with these hosts must not go there. Without any it goes
    wherever the check says that can prove who it is, and to this machine.
    """
    if hosts is None:
        if not (to.proven or to.is_this_machine):
            raise WrongReceiverError(
                f"{name} would go to {to.host} without proof that this is who gets it; name the"
                f" hosts that may have it in {name}{HOSTS}"
            )
        return
    try:
        bound = read_hosts(hosts.split(","))
    except ValueError as error:
        raise SecretError(f"{name}{HOSTS}: {error}") from error
    for host in to.names:
        if not bound.has(host):
            raise WrongReceiverError(
                f"{name} must not go to {host}: {name}{HOSTS} does not name it"
            )
    if not (to.proven or to.found_here):
        raise WrongReceiverError(
            f"{name} would go where the check says that {to.host} is, without proof; leave out"
            " resolve and proxy, or look over https with an authority that this worker holds"
        )
