"""An HTTP or HTTPS endpoint answers as expected before the deadline.

Each look makes a fresh connection, and times resolving, connecting, the TLS handshake and the first
byte apart. With `reuse` the connection of the look before is used when it is still open, which
shows how quick a warm client is. Redirects are followed up to `redirects` times, unless their
status is expected; a redirect to another origin gets no headers, no body and no client certificate
of yours. `extra.hops` has the phases of each. Without an expected status, 2xx is well (and 3xx,
when redirects are not followed). Unless they are expected, 401, 403, 429 and walls against bots are
taken as words about this prober, not about the target's health. Through a `proxy`, `connect_ms` is
the way to the proxy, and what the proxy adds is in the phases after it; a proxy that cannot be used
counts against nobody. Over HTTP/3, connecting and encrypting are one handshake, told as
`connect_ms`.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from ipaddress import ip_address
from typing import Annotated, Any, ClassVar, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator, model_validator

from worker.contract.kind import CheckParams, Kind, with_secrets
from worker.contract.outcome import Blame, Outcome, failure
from worker.contract.target import Target, asked_at, plain_host
from worker.probes.http.answers.expect import Expect
from worker.probes.http.answers.wall import PAGE
from worker.probes.http.credentials import Auth, Authority, ClientParams, ProxyParams
from worker.probes.http.request import HttpVersion, Request
from worker.probes.http.visit import Demands, Visit
from worker.probes.look.slow import SlowLimits
from worker.probes.look.trust import is_pem
from worker.probes.look.vantage import Look
from worker.probes.parameters.agreement import Contradiction, agreed
from worker.probes.parameters.header import Headers, header_line
from worker.probes.parameters.place import IpVersion
from worker.probes.parameters.receiver import Receiver, web_receiver
from worker.probes.parameters.secret import SecretError, reveal
from worker.probes.parameters.web_address import WebAddress
from worker.probes.tls.certified import COMMON_NAME

_WHO_WE_ARE: Final = frozenset(
    {"authorization", "cookie", "x-api-key", "api-key", "x-goog-api-key", "x-auth-token"}
)
"""Request headers that carry credentials."""


def _method(value: str) -> str:
    if value == "CONNECT":
        raise ValueError("CONNECT asks for a tunnel, not for an answer; use GET, or give a proxy")
    return value


Method = Annotated[str, Field(pattern=r"^[A-Z][A-Z-]{0,31}$"), AfterValidator(_method)]
_ELSEWHERE: Final = frozenset(range(300, 400))


class HttpParams(CheckParams):
    """Which request to send and what the answer must be like."""

    schemes: ClassVar[tuple[str, ...]] = ("https", "http")

    url: WebAddress = Field(description="Address of the endpoint, http or https.")
    method: Method = Field(
        default="GET", description="Request method, in capitals: GET, HEAD, POST, or any other."
    )
    headers: Headers = Field(
        default={},
        description=(
            "Request headers. ${env:OUTSCOPE_SECRET_NAME} is read from the worker's environment."
        ),
    )
    body: str | None = Field(
        default=None,
        description="Request body; may hold ${env:...} too. Say its Content-Type in `headers`.",
    )
    auth: Auth | None = Field(
        default=None,
        description="Credentials: {bearer: secret}, or {username: text, password: secret}.",
    )
    redirects: int = Field(
        default=5, ge=0, le=20, description="Redirects to follow; 0 judges the first answer."
    )
    body_limit: int = Field(
        default=1 << 20,
        ge=0,
        le=1 << 26,
        description=(
            "Bytes of the body to read; the rest is not waited for. What is expected and did not"
            " come in them counts against nobody; `not_body` is looked for in them alone."
        ),
    )
    compressed: bool = Field(
        default=False,
        description=(
            "Ask for a compressed answer (gzip or deflate), as browsers do; it is unpacked before"
            " it is judged, and must be whole."
        ),
    )
    slow_ms: Annotated[int, Field(gt=0)] | SlowLimits | None = Field(
        default=None,
        description=(
            "An answer that takes longer is a failure: slow. One number for everything, or one for"
            " each of dns, connect, tls, ttfb, body and total."
        ),
    )
    http_version: HttpVersion = Field(
        default="auto",
        description="HTTP version that the target must speak; auto lets it choose 1.1 or 2.",
    )
    ip_version: IpVersion = Field(default="any", description="Look over IPv4 or IPv6 only.")
    resolve: Mapping[str, str] = Field(
        default={},
        description="Host name to the address that it is taken to have, instead of asking the DNS.",
    )
    reuse: bool = Field(
        default=False,
        description=(
            "Use the connection of the look before, when it is open (idle under two minutes)."
        ),
    )
    proxy: ProxyParams | None = Field(
        default=None, description="Proxy to look through; none of the environment is."
    )
    verify: bool = Field(default=True, description="Whether the certificate must be valid.")
    common_name: bool = Field(default=False, description=COMMON_NAME)
    ca: Authority | None = Field(
        default=None,
        description=(
            "The only authorities to believe: PEM text, or a file below the worker's"
            " OUTSCOPE_CERTIFICATES_DIR. Default: the public ones, and the worker's"
            " OUTSCOPE_CA_FILE."
        ),
    )
    client: ClientParams | None = Field(
        default=None,
        description=(
            "Client certificate: {certificate: file, key: file, password: secret}, files below the"
            " worker's OUTSCOPE_CERTIFICATES_DIR."
        ),
    )
    expect: Expect = Field(default=Expect(), description="What the answer must be like.")

    @field_validator("resolve")
    @classmethod
    def _addresses(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for host, address in value.items():
            if not plain_host(host).isascii() or ":" in host or "/" in host or not host:
                raise ValueError(f"{host!r} is not a host name; write example.org: 192.0.2.1")
            ip_address(address)
        return {plain_host(host): address for host, address in value.items()}

    @model_validator(mode="after")
    def _agrees(self) -> "HttpParams":
        return agreed(self, _CONTRADICTIONS)

    @property
    def is_other_version(self) -> bool:
        """Whether the address that the first request goes to is of the IP version that is not
        wanted.
        """
        return self.fixed is not None and self.ip_version == ("4" if ":" in self.fixed else "6")

    @property
    def fixed(self) -> str | None:
        """The address that the first request goes to, when this check names one."""
        host = urlsplit(self.url).hostname or ""
        host = self.resolve.get(plain_host(host), host)
        return host if _is_address(host) else None

    def targets(self) -> tuple[Target, ...]:
        """Whom the URL names, whichever address it is taken to have."""
        return (asked_at(self.url),)

    def tells(self) -> Iterator[tuple[str, str]]:
        """Headers, body and credentials go to the target, those of the proxy to the proxy. What
        opens the client's key goes to nobody.
        """
        own = self.model_dump(include={"headers", "body", "auth"})
        for host in self._receiver().names:
            yield from ((text, host) for text in with_secrets(own))
        if self.proxy is not None:
            proxy = asked_at(self.proxy.url).host or ""
            yield from ((text, proxy) for text in with_secrets(self.proxy.model_dump()))

    @classmethod
    def from_url(cls, url: str) -> dict[str, Any]:
        """The address itself."""
        return {"url": url}

    @property
    def _read_limit(self) -> int:
        """Bytes that can decide: one more than the body may have tells that it has more, and walls
        are known by the first part of their pages.
        """
        most = self.expect.max_bytes
        return self.body_limit if most is None else max(most + 1, min(self.body_limit, PAGE))

    @property
    def _judges_redirects(self) -> bool:
        return not _ELSEWHERE.isdisjoint(self.expect.codes or ())

    def _receiver(self) -> Receiver:
        """Who gets the request, whatever this check says of its way there."""
        return web_receiver(
            self.url,
            self.headers,
            believed=self.verify and (self.ca is None or not is_pem(self.ca)),
            found_here=self.proxy is None
            and plain_host(urlsplit(self.url).hostname or "") not in self.resolve,
        )

    @cached_property
    def request(self) -> Request:
        """The first request; SecretError when a secret is missing, or must not go there. A redirect
        to another origin takes none of them along.
        """
        to = self._receiver()
        headers = [header_line(name, reveal(text, to)) for name, text in self.headers.items()]
        if self.auth is not None:
            headers.append(header_line("Authorization", self.auth.header(to)))
        return Request(
            url=self.url,
            method=self.method,
            headers=tuple(headers),
            body=None if self.body is None else reveal(self.body, to).encode(),
            body_limit=self._read_limit,
            skips_redirects=self.redirects > 0 and not self._judges_redirects,
            ip_version=self.ip_version,
            http_version=self.http_version,
            verify=self.verify,
            common_name=self.common_name,
            compressed=self.compressed,
            resolve=self.resolve or None,
            proxy=None if self.proxy is None else self.proxy.open(),
            authority=self.ca,
            client=None if self.client is None else self.client.open(),
            reuse=self.reuse,
            repeats=not self.reuse and (self.proxy, self.ca, self.client) == (None, None, None),
        )

    @cached_property
    def demands(self) -> Demands:
        """What the answer is judged by."""
        limits = SlowLimits(total=self.slow_ms) if isinstance(self.slow_ms, int) else self.slow_ms
        known = (
            self.auth is not None
            or self.client is not None
            or any(n.lower() in _WHO_WE_ARE for n in self.headers)
        )
        return Demands(self.expect, self.redirects, limits, says_who_we_are=known)


_CONTRADICTIONS: Final[tuple[Contradiction[HttpParams], ...]] = (
    (
        lambda p: p.method == "HEAD" and (p.expect.reads_body or p.body is not None),
        "a HEAD request has no body, neither sent nor expected",
    ),
    (
        lambda p: max(p.expect.min_bytes or 0, p.expect.max_bytes or 0) > p.body_limit,
        "body_limit is {0.body_limit}; raise it, so that the expected size can be seen",
    ),
    (
        lambda p: p.auth is not None and "authorization" in map(str.lower, p.headers),
        "give either auth or the header Authorization",
    ),
    (
        lambda p: p.is_other_version,
        "ip_version is {0.ip_version}, and {0.fixed} is of the other version",
    ),
    (
        lambda p: p.http_version == "3" and not p.url.lower().startswith("https:"),
        "HTTP/3 needs an https:// address",
    ),
    (
        lambda p: p.proxy is not None and (p.reuse or p.http_version == "3"),
        "a look through a proxy can neither reuse a connection nor speak HTTP/3",
    ),
)
"""What a check cannot ask for at once, and how that is told."""


async def run(params: HttpParams, look: Look) -> Outcome:
    """Send the request, follow redirects, judge the last answer."""
    try:
        request = params.request
    except SecretError as error:
        return failure(error.reason, str(error), blame=Blame.PROBER)
    return await Visit(look, params.demands).make(request)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


KIND: Kind[Any] = Kind("http", HttpParams, run)
