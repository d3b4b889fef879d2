"""Cookies that a target sets on the way over redirects: some send a client in circles that does not
bring them back.

They live for one visit. The standard library's rules decide which address gets which.
"""

import re
from collections.abc import Iterable
from email.message import Message
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from typing import Final, cast
from urllib.request import Request as Carrier

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
"""What would end the line of a header, or the text that libcurl is given."""


class Cookies:
    """What was set so far in one visit."""

    def __init__(self) -> None:
        self._jar = CookieJar()

    def take(self, url: str, lines: Iterable[bytes]) -> None:
        """Keep what the answer from this address sets."""
        headers = Message()
        for line in lines:
            name, _, value = line.decode("latin-1").partition(":")
            if name.strip().lower() == "set-cookie" and _CONTROL.search(value.strip()) is None:
                headers["Set-Cookie"] = value.strip()
        self._jar.extract_cookies(cast(HTTPResponse, _Answer(headers)), _carrier(url))

    def line(self, url: str) -> bytes | None:
        """The header line that brings this address what is meant for it; None when nothing is."""
        carrier = _carrier(url)
        self._jar.add_cookie_header(carrier)
        value = carrier.get_header("Cookie")
        return None if value is None else f"Cookie: {value}".encode("latin-1")


def _carrier(url: str) -> Carrier:
    """The standard library's idea of a request; it is never sent."""
    return Carrier(url)  # noqa: S310


class _Answer:
    """All that the standard library asks of an answer."""

    def __init__(self, headers: Message) -> None:
        self._headers = headers

    def info(self) -> Message:
        return self._headers
