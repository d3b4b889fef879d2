"""One finding: which check, how it went, what was seen, and what to do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

_SECRET_KEYS: Final = ("password", "secret", "key", "token")


class State(StrEnum):
    """How a check went. A warning is something to know; a failure keeps Outscope from its work."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; `todo` is empty when nothing has to be done."""

    check: str
    state: State
    said: str
    todo: str = ""


def ok(check: str, said: str) -> Finding:
    """Nothing to do."""
    return Finding(check, State.OK, said)


def warning(check: str, said: str, todo: str) -> Finding:
    """Something to know."""
    return Finding(check, State.WARNING, said, todo)


def failure(check: str, said: str, todo: str) -> Finding:
    """Something to mend."""
    return Finding(check, State.FAILURE, said, todo)


def masked(url: str) -> str:
    """A URL without user, password and query."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "a URL that cannot be read"
    if "@" in f"{parts.path}{parts.fragment}":  # of a password with a / in it
        return "a URL that cannot be read"
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{parts.path}"


def secrets_of(url: str | None) -> list[str]:
    """What must not be shown of a URL: its password, as written and as meant, and secret
    parameters.
    """
    if not url:
        return []
    try:
        parts = urlsplit(url)
        password, query = parts.password, parse_qsl(parts.query)
    except ValueError:
        return [url]
    hidden = [value for name, value in query if _is_secret(name)]
    found = [password or "", unquote(password or ""), *hidden]
    return [text for text in found if text]


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in _SECRET_KEYS)
