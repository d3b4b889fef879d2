"""An HTTP or HTTPS endpoint answers as expected before the deadline.

Each look makes a fresh connection, and times resolving, connecting, the TLS handshake and the first byte apart.
Redirects are followed up to `redirects` times, unless their status is expected; a redirect to another origin gets no
headers and no body of yours.
Without an expected status, 2xx is well (and 3xx, when redirects are not followed). Unless they are expected, 401, 403
and 429 are taken as words about this prober, not about the target's health.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, field_validator, model_validator

from worker.contract.kind import Kind, Params
from worker.contract.outcome import Blame, Outcome, Reason, failure
from worker.probes.expect import Expect
from worker.probes.request import HttpVersion, IpVersion, Method, Request
from worker.probes.secret import SecretError, reveal
from worker.probes.vantage import Look
from worker.probes.visit import Visit

_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NOT_PLAIN: Final = re.compile(r"[^\x21-\x7e]")


class HttpParams(Params):
    """Which request to send and what the answer must be like."""

    url: str = Field(max_length=4096, description="Address of the endpoint, http or https.")
    method: Method = Field(default="GET", description="Request method.")
    headers: Mapping[str, str] = Field(
        default={}, description="Request headers. ${env:OUTSCOPE_SECRET_NAME} is read from the worker's environment."
    )
    body: str | None = Field(
        default=None, description="Request body; may hold ${env:...} too. Say its Content-Type in `headers`."
    )
    redirects: int = Field(default=5, ge=0, le=20, description="Redirects to follow; 0 judges the first answer.")
    body_limit: int = Field(
        default=1 << 20, ge=0, le=1 << 26, description="Bytes of the body to read; the rest is not waited for."
    )
    slow_ms: int | None = Field(default=None, gt=0, description="An answer that takes longer is a failure: slow.")
    http_version: HttpVersion = Field(default="auto", description="HTTP version; auto lets the target choose 1.1 or 2.")
    ip_version: IpVersion = Field(default="any", description="Look over IPv4 or IPv6 only.")
    verify: bool = Field(default=True, description="Whether the certificate must be valid.")
    expect: Expect = Field(default=Expect(), description="What the answer must be like.")

    @field_validator("url")
    @classmethod
    def _readable(cls, value: str) -> str:
        parts = _split(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must begin with http:// or https:// and name a host")
        if parts.username is not None or parts.password is not None:
            raise ValueError("must not hold a password; send an Authorization header")
        if _NOT_PLAIN.search(value):
            raise ValueError("must be plain ASCII: the host in punycode (xn--...), everything else percent-encoded")
        return value

    @field_validator("headers")
    @classmethod
    def _sendable(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for name, text in value.items():
            if not _HEADER_NAME.fullmatch(name):
                raise ValueError(f"{name!r} is not a header name")
            if "\r" in text or "\n" in text or "\0" in text:
                raise ValueError(f"the value of {name} must be one line")
        return value

    @model_validator(mode="after")
    def _agrees(self) -> "HttpParams":
        if self.method == "HEAD" and (self.expect.reads_body or self.body is not None):
            raise ValueError("a HEAD request has no body, neither sent nor expected")
        return self

    @cached_property
    def request(self) -> Request:
        """The first request; SecretError when a secret is missing."""
        return Request(
            url=self.url,
            method=self.method,
            headers=tuple(_line(name, reveal(text)) for name, text in self.headers.items()),
            body=None if self.body is None else reveal(self.body).encode(),
            body_limit=self.body_limit,
            ip_version=self.ip_version,
            http_version=self.http_version,
            verify=self.verify,
        )


async def run(params: HttpParams, look: Look) -> Outcome:
    """Send the request, follow redirects, judge the last answer."""
    try:
        request = params.request
    except SecretError as error:
        return failure(Reason.INTERNAL, str(error), blame=Blame.PROBER)
    return await Visit(look, params.expect, params.redirects, params.slow_ms).make(request)


def _split(url: str) -> SplitResult:
    parts = urlsplit(url)
    _ = parts.port, (parts.hostname or "").encode("idna")  # both raise ValueError for what cannot be meant
    return parts


def _line(name: str, value: str) -> bytes:
    line = f"{name}: {value}" if value else f"{name};"  # libcurl's way to send an empty header
    return line.encode()


KIND: Kind[Any] = Kind("http", HttpParams, run)
