"""Addresses of the web as a parameter may give them."""

import re
from typing import Annotated, Final
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field

from worker.contract.target import ascii_host, plain_host

_NOT_PLAIN: Final = re.compile(r"[^\x21-\x7e]")


def parts_of(value: str, *schemes: str) -> SplitResult:
    """The parts of an address that has one of these schemes and names a host; ValueError for any
    other.
    """
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
        # all raise ValueError for what cannot be meant
        _ = parts.port, host.encode("idna") if host.isascii() else ascii_host(host)
    except ValueError:  # whose words may repeat a part of a password
        raise ValueError("must name a host, and at most a port from 0 to 65535") from None
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError(
            f"must begin with {' or '.join(f'{scheme}://' for scheme in schemes)} and name a host"
        )
    return parts


def plain(value: str) -> str:
    """The address as it is; ValueError when two parsers could disagree about its letters."""
    if _NOT_PLAIN.search(value):
        raise ValueError(
            "must be plain ASCII: the host in punycode (xn--...), everything else percent-encoded"
        )
    return value


def bracketed(host: str) -> str:
    """A host as addresses hold it: IPv6 in brackets, letters beyond ASCII in punycode."""
    return f"[{host}]" if ":" in host else host if host.isascii() else plain_host(host)


def _web_address(value: str) -> str:
    parts = parts_of(value, "http", "https")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a password; give a secret where it belongs")
    return plain(value)


WebAddress = Annotated[str, Field(max_length=4096), AfterValidator(_web_address)]
