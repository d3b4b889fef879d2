"""An HTTP request and its answer as plain values, so that nothing outside `curl/` knows libcurl."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from worker.contract.outcome import Blame, Fault
from worker.contract.target import plain_host
from worker.probes.parameters.place import IpVersion

HttpVersion = Literal["auto", "1.1", "2", "3"]
_MAY_BE_HTTP2: Final = frozenset({("auto", True), ("2", True), ("2", False), ("3", True)})


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy to go through. `resolves`: it is told names, and finds their addresses itself."""

    url: str
    username: str | None = None
    password: str | None = None
    resolves: bool = False


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """What proves to a target who we are: names of PEM files that the worker holds, and what opens
    the key.
    """

    certificate: str
    key: str | None = None
    password: str | None = None


@dataclass(frozen=True)
class Request:
    """One request, ready to send. `headers` are whole lines."""

    url: str
    method: str = "GET"
    led: bool = False
    """Whether a target's redirect leads here, and not the check itself."""
    headers: tuple[bytes, ...] = ()
    body: bytes | None = None
    body_limit: int = 1 << 20
    ip_version: IpVersion = "any"
    http_version: HttpVersion = "auto"
    verify: bool = True
    common_name: bool = False
    """Whether a certificate may have its host as its common name alone."""
    timed: bool = False
    """Whether to note when each piece of the body came in."""
    ends: Callable[[], Callable[[bytes], float | None]] | None = None
    """Makes, for one timed answer, what says of each piece of its body for how many seconds more is
    waited for, 0 when the answer ends there; None as long as it goes on.
    """
    skips_redirects: bool = False
    """Whether the body of a redirect is of no interest, and not waited for."""
    compressed: bool = False
    """Whether a compressed answer is asked for. It is unpacked as it comes in; the body limit
    counts what comes out.
    """
    resolve: Mapping[str, str] | None = None
    """Host, in its one spelling, to the address that it is taken to have."""
    proxy: Proxy | None = None
    authority: str | None = None
    """The only authorities whose certificates are believed: PEM text, or the name of a file that
    the worker holds.
    """
    client: ClientCertificate | None = None
    reuse: bool = False
    """Whether a connection that an earlier request left open may be used, and this one may be left
    open.
    """

    repeats: bool = False
    """Whether this very request is made again and again, so that a handle may keep what it sets."""

    @cached_property
    def identity(self) -> object:
        """What this request has alone; equal ones have others."""
        return object()

    def pinned(self, host: str) -> str | None:
        """The address that a host is taken to have, however its name is written; None when it has
        none but its own.
        """
        return None if self.resolve is None else self.resolve.get(plain_host(host))

    @cached_property
    def wants(self) -> tuple[bool, bool, bool]:
        """Whether any body is wanted, that of a redirect too, and whether there can be one."""
        return self.body_limit > 0, not self.skips_redirects, self.method != "HEAD"

    @cached_property
    def is_encrypted(self) -> bool:
        """Whether it goes over TLS."""
        return self.url[:6].lower() == "https:"

    @cached_property
    def may_be_http2(self) -> bool:
        """Whether a server may speak HTTP/2 to it, or a newer version."""
        return (self.http_version, self.is_encrypted) in _MAY_BE_HTTP2


@dataclass
class Answer:
    """How one exchange went. Times are milliseconds; None means that the phase did not happen.

    `code` is 0 when the exchange ended well, else libcurl's code, and `words` are its words for it.
    """

    code: int
    words: str
    system_error: int = 0
    refusal: Fault | None = None
    """Why nobody was asked: where this leads, the worker does not go."""
    status: int = 0
    lines: tuple[bytes, ...] = ()
    trailers: tuple[bytes, ...] = ()
    """Fields behind the body. They are none of the head, and change nothing that it says (RFC 9110,
    section 6.5).
    """
    body: bytes = b""
    cut: bool = False
    arrivals: tuple[tuple[int, float], ...] = ()
    """Bytes of the body that were there, and when, in milliseconds of the look; only when the
    request is `timed`.
    """
    dns_ms: float | None = None
    connect_ms: float | None = None
    tls_ms: float | None = None
    ttfb_ms: float | None = None
    total_ms: float = 0.0
    ip: str | None = None
    addresses: Sequence[str] = ()
    """What the name was resolved to, as far as it may be probed."""
    http_version: str | None = None
    unresolved_blame: Blame = Blame.RESOLVER
    redirect_url: str | None = None
    certificate_expires: str | None = None
    warm: bool = False
    """Whether the connection was there already."""
    proxy: str | None = None
    """The proxy that the exchange went through."""
    proxy_passed: bool = False
    """Whether the request went out behind the proxy."""
    proxy_status: int = 0
    """What an HTTP proxy answered to being asked for a connection."""
    tries: int = 1
    """Requests that were sent: over HTTP/2, a server may take none of them, and is asked again."""
    shaking_hands: bool = False
    """Whether it ended with a connection, and before TLS was established."""
    unsent: bool = False
    """Whether it ended before the target had taken all of the request's body."""
    half_head: bool = False
    """Whether it ended before the answer's head did."""
    endless: bool = False
    """Whether the answer's head announced neither a length nor chunks: it ends with the
    connection.
    """
    proxy_error: int = 0
    """libcurl's word for what a SOCKS proxy answered."""
    certificate_asked: bool = False
    """Whether the target, with whom the TLS handshake failed, asks for a client certificate."""

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """The last answer's headers, names in lower case; of repeated ones, all values joined by
        commas.
        """
        return fields_of(self.lines)


def fields_of(lines: Sequence[bytes]) -> dict[str, str]:
    """The fields that these lines hold, names in lower case; of repeated ones, all values joined by
    commas. A value is UTF-8, as nearly every server writes it, where it can be read so.
    """
    found: dict[str, str] = {}
    for line in lines:
        if line.startswith(b"HTTP/"):
            found.clear()  # an interim answer, such as 103, came before
            continue
        name, colon, value = _text(line).partition(":")
        if colon:
            key, text = name.strip().lower(), value.strip()
            found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")
