"""Addresses of the web as a parameter may give them."""

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

_NOT_PLAIN: Final = re.compile(r"[^\x21-\x7e]")


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    _ = parts.port, (parts.hostname or "").encode("idna")  # both raise ValueError for what cannot be meant
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must begin with http:// or https:// and name a host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a password; give a secret where it belongs")
    if _NOT_PLAIN.search(value):
        raise ValueError("must be plain ASCII: the host in punycode (xn--...), everything else percent-encoded")
    return value


WebAddress = Annotated[str, Field(max_length=4096), AfterValidator(_web_address)]
