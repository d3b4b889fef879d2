"""Addresses of servers as settings give them: checked by one rule in every process, and shown only
without what is secret in them.

A password with a `/`, `@` or `#` that is not percent-encoded moves the borders between the parts of
an address, so that a part of it is taken for a host or a path, and shown. Such an address is
refused, and nothing of it is repeated.
"""

import re
from collections.abc import Collection, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote

_SHAPE: Final = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://"
    r"(?:(?P<login>(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<more>(?:,(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%-]+)(?::[0-9]{1,5})?)*)"
    r"(?P<path>/[^?#@]*)?(?:\?(?P<query>[^#@]*))?"
)
_PLAIN: Final = re.compile(r"[\x21-\x7e]*")
_LOGINS: Final = re.compile(r"(?<=://)[^/\s]*@")
_HIGHEST_PORT: Final = 65_535
_SHORTEST: Final = 3
"""Shorter texts are no secrets, and would be cut out of every word."""
_OF_FILES: Final = ("sqlite://", "file://")
"""Their addresses hold a path, and neither user nor password."""
MOST_LETTERS: Final = 1 << 20
"""A file that a setting names holds no more."""
UNREADABLE: Final = "a URL that cannot be read"
_SECRET_KEY: Final = re.compile("password|secret|key|token", re.IGNORECASE)


class AddressError(ValueError):
    """It cannot be used; the sentence says what to do, and repeats nothing of it."""


def address(text: str, schemes: Collection[str], *, several: bool = False) -> str:
    """The address itself, of a server with one of these schemes; AddressError for any other.
    `several` allows more hosts, with commas between.
    """
    found = _parts(text) or {}
    scheme = str(found.get("scheme")).lower()
    if scheme in schemes and found.get("more") and not several:
        raise AddressError(f"names several hosts; {scheme}:// takes one")
    if scheme not in schemes:
        written = " or ".join(f"{scheme}://" for scheme in schemes)
        encoded = (
            "; in user and password each / @ : # ? % [ ], each blank and each letter beyond ASCII"
            " has to be percent-encoded, such as %2F for /"
        )
        raise AddressError(f"write {written} with a host and port{encoded if '@' in text else ''}")
    return text


def hosts_of(text: str, port: int) -> list[tuple[str, int]]:
    """The hosts that an address names, each with its port, else with this one."""
    places = text.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2]
    return [_place(place, port) for place in places.split(",")]


def one_host(text: str, host: str, port: int) -> str:
    """The address with this host in the place of those that it names."""
    scheme, _, rest = text.partition("://")
    login, at, after = rest.rpartition("@")
    end = min((after.find(mark) for mark in "/?" if mark in after), default=len(after))
    told = f"[{host}]" if ":" in host else host
    return f"{scheme}://{login}{at}{told}:{port}{after[end:]}"


def _place(text: str, port: int) -> tuple[str, int]:
    host, colon, told = text.rpartition(":")
    if not colon or told.endswith("]"):
        return text.strip("[]"), port
    return host.strip("[]"), int(told)


def has_login(text: str) -> bool:
    """Whether an address holds a user or a password."""
    return "@" in text


def shown(text: str) -> str:
    """An address without user, password and query."""
    if text.startswith(_OF_FILES):
        return text.partition("?")[0]
    found = _parts(text)
    if found is None:
        return UNREADABLE
    port = f":{found['port']}" if found["port"] else ""
    return f"{found['scheme']}://{found['host']}{port}{found['more']}{found['path'] or ''}"


def echoed(text: str) -> str:
    """What an operator wrote, to find it again; nothing of it when something in it may be
    secret.
    """
    return "…" if "@" in text or "?" in text else repr(text[:80])


def secrets_of(text: str | None) -> list[str]:
    """What must not be shown of an address: its password, as written and as meant, and secret
    parameters. When it cannot be read, all that stands before its last `@`.
    """
    if not text or text.startswith(_OF_FILES):
        return []
    found = _parts(text)
    if found is None:
        login = text.partition("://")[2].rpartition("@")[0]
        hidden = [text, login, login.partition(":")[2]]
        return [part for part in hidden if len(part) >= _SHORTEST]
    password = (found["login"] or "").partition(":")[2]
    query = parse_qsl(found["query"] or "")
    told = [value for name, value in query if _SECRET_KEY.search(name)]
    return [part for part in (password, unquote(password), *told) if part]


def without_logins(text: str) -> str:
    """A text of somebody else's, such as an error of a driver, without users and passwords in
    addresses.
    """
    return _LOGINS.sub("…@", text)


def from_environment(variable: str, environ: Mapping[str, str]) -> str:
    """A setting that may be secret: from the file that `<variable>_FILE` names, else from the
    variable; empty when neither is there. AddressError says why the file cannot be read.
    """
    path = environ.get(f"{variable}_FILE", "")
    return from_file(f"{variable}_FILE", path) if path else environ.get(variable, "").strip()


def from_file(what: str, path: str) -> str:
    """The text of a file that a setting names. What is no path but a secret is not repeated."""
    try:
        with Path(path).open(encoding="utf-8") as file:
            text = file.read(MOST_LETTERS + 1)
    except UnicodeDecodeError:
        raise AddressError(f"{what} names {_path(path)}, which is no text in UTF-8") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no path"
        raise AddressError(f"{what} names {_path(path)}, which cannot be read: {why}") from None
    if len(text) > MOST_LETTERS:
        raise AddressError(f"{what} names {_path(path)}, which is too long to be what is meant")
    return text.strip()


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine, where no proxy leads."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _path(text: str) -> str:
    return "what is no path" if "://" in text or "@" in text else text


def _parts(text: str) -> Mapping[str, str | None] | None:
    found = _SHAPE.fullmatch(text) if _PLAIN.fullmatch(text) else None
    if found is None or not 0 < int(found["port"] or 1) <= _HIGHEST_PORT:
        return None
    return found.groupdict()
