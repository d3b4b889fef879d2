"""Fetches a calendar, bounded in time and size: from a web server, or from a file here."""

import http.client
import ssl
from pathlib import Path
from stat import S_ISREG
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.parse import unquote
from urllib.request import Request

from coordinator.runtime.redirects import unredirected
from worker.contract.installed import own_version

TIMEOUT_S: Final = 20.0
MOST_BYTES: Final = 1 << 20
_FILE: Final = "file://"


class FetchError(Exception):
    """A calendar could not be had; the sentence says why, and holds nothing of its address."""


def fetch(address: str, timeout_s: float = TIMEOUT_S) -> bytes:
    """What is there. Redirects are not followed."""
    if address.startswith(_FILE):
        return _bounded(_read(Path(unquote(address.removeprefix(_FILE)))))
    headers = {"user-agent": f"outscope/{own_version()}", "accept": "text/calendar, */*;q=0.5"}
    request = Request(address, headers=headers)  # noqa: S310 - http(s) by the configuration
    try:
        with unredirected().open(request, timeout=timeout_s) as answer:
            return _bounded(answer.read(MOST_BYTES + 1))
    except HTTPError as error:
        with error:
            moved = "; redirects are not followed" if 300 <= error.code < 400 else ""
            raise FetchError(f"answered {error.code}{moved}") from None
    except (URLError, OSError, ssl.SSLError, http.client.HTTPException, ValueError) as error:
        reason = error.reason if isinstance(error, URLError) else error
        late = isinstance(reason, TimeoutError)
        raise FetchError(
            "gave no answer in time" if late else f"could not be reached: {_shown(reason)}"
        ) from None


def _read(path: Path) -> bytes:
    try:
        if not S_ISREG(path.stat().st_mode):
            raise FetchError("is not a file")
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise FetchError(f"could not be read: {_shown(error)}") from None


def _bounded(body: bytes) -> bytes:
    if len(body) > MOST_BYTES:
        raise FetchError(f"is longer than {MOST_BYTES >> 20} MiB")
    return body


def _shown(reason: object) -> str:
    return str(getattr(reason, "strerror", None) or type(reason).__name__)[:200]
