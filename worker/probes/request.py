"""An HTTP request and its answer as plain values, so that nothing outside `curl/` knows libcurl."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from worker.contract.outcome import Blame

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
HttpVersion = Literal["auto", "1.1", "2", "3"]
IpVersion = Literal["any", "4", "6"]


@dataclass(frozen=True)
class Request:
    """One request, ready to send. `headers` are whole lines."""

    url: str
    method: Method = "GET"
    headers: tuple[bytes, ...] = ()
    body: bytes | None = None
    body_limit: int = 1 << 20
    ip_version: IpVersion = "any"
    http_version: HttpVersion = "auto"
    verify: bool = True
    timed: bool = False
    """Whether to note when each piece of the body came in."""


@dataclass
class Answer:
    """How one exchange went. Times are milliseconds; None means that the phase did not happen.

    `code` is 0 when the exchange ended well, else libcurl's code, and `words` are its words for it.
    """

    code: int
    words: str
    system_error: int = 0
    refusal: str | None = None
    status: int = 0
    lines: tuple[bytes, ...] = ()
    body: bytes = b""
    cut: bool = False
    arrivals: tuple[tuple[int, float], ...] = ()
    """Bytes of the body that were there, and when, in milliseconds of the look; only when the request is `timed`."""
    dns_ms: float | None = None
    connect_ms: float | None = None
    tls_ms: float | None = None
    ttfb_ms: float | None = None
    total_ms: float = 0.0
    ip: str | None = None
    http_version: str | None = None
    unresolved_blame: Blame = Blame.RESOLVER
    redirect_url: str | None = None
    certificate_expires: str | None = None

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """The last answer's headers, names in lower case; of repeated ones, all values joined by commas."""
        found: dict[str, str] = {}
        for line in self.lines:
            if line.startswith(b"HTTP/"):
                found.clear()  # an interim answer, such as 103, came before
                continue
            name, colon, value = line.decode("latin-1").partition(":")
            if colon:
                key, text = name.strip().lower(), value.strip()
                found[key] = f"{found[key]}, {text}" if key in found else text
        return found
