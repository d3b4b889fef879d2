"""Who asks: a token of the API, or what a proxy in front of it wants to know.

Taken from the address itself (`https://user:password@host`), else from OUTSCOPE_TOKEN or the file
that OUTSCOPE_TOKEN_FILE names (a token of `outscope token create`), else from OUTSCOPE_AUTH or the
file that OUTSCOPE_AUTH_FILE names (`user:password`, or `Bearer TOKEN`), else from ~/.netrc.
"""

import netrc
import re
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit, urlunsplit

from worker.contract.settings.address import AddressError, from_environment

_SCHEME: Final = re.compile(r"(?i)(basic|bearer)\s+\S+")
_TOKEN: Final = re.compile(r"[\x21-\x7e]+")
_LINE: Final = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?|[^\x00-\x1f\x7f]+")


def without_credentials(url: str) -> str:
    """The address without a user and a password, to be shown."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def authorization(url: str, environment: Mapping[str, str]) -> str | None:
    """The header `Authorization` for an address; None when nobody says who asks.

    AddressError when a file cannot be read or holds something else.
    """
    parts = urlsplit(url)
    if parts.username is not None:
        return _basic(unquote(parts.username), unquote(parts.password or ""))
    token = token_of(environment)
    if token:
        return _bearer(token)
    given = environment.get("OUTSCOPE_AUTH") or from_environment("OUTSCOPE_AUTH", environment)
    return _header(given) if given else _from_netrc(parts.hostname, environment)


def token_of(environment: Mapping[str, str]) -> str | None:
    """The token of a variable, or of the file that one names; AddressError when that cannot be
    read.
    """
    return environment.get("OUTSCOPE_TOKEN") or from_environment("OUTSCOPE_TOKEN", environment)


def _bearer(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise AddressError("OUTSCOPE_TOKEN must be a token: one word, such as os_...")
    return f"Bearer {token}"


def _header(given: str) -> str:
    if not _LINE.fullmatch(given):
        raise AddressError("OUTSCOPE_AUTH must be one line of text")
    if _SCHEME.fullmatch(given):
        return given
    user, colon, password = given.partition(":")
    if not colon or not user:
        raise AddressError("OUTSCOPE_AUTH must be user:password, or Bearer and a token")
    return _basic(user, password)


def _from_netrc(host: str | None, environment: Mapping[str, str]) -> str | None:
    home = environment.get("HOME")
    path = Path(environment.get("NETRC") or (Path(home) / ".netrc" if home else ".netrc"))
    try:
        found = netrc.netrc(str(path)).authenticators(host or "")
    except (OSError, netrc.NetrcParseError, ValueError):
        return None  # a file of others: whoever cannot come in without it is told so by the server
    return _basic(found[0], found[2] or "") if found else None


def _basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()
