"""One exchange: a request is put on an easy handle, run by the engine, and read back as an answer."""

import re
import socket
from functools import lru_cache
from typing import Any, Final

import pycurl

from worker.guard import Guard
from worker.probes.request import Answer, HttpVersion, Request
from worker.probes.vantage import Look

_SCHEMES: Final = pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS
_ALWAYS: Final = (
    (pycurl.NOSIGNAL, 1),  # libcurl must not raise signals in a process with threads
    (pycurl.FRESH_CONNECT, 1),
    (pycurl.FORBID_REUSE, 1),
    (pycurl.DNS_CACHE_TIMEOUT, 0),
    (pycurl.SSL_SESSIONID_CACHE, 0),  # a resumed handshake is not what a new client sees
    (pycurl.PROXY, ""),  # neither an address nor a latency of somebody else's
    (pycurl.PROTOCOLS, _SCHEMES),
    (pycurl.FOLLOWLOCATION, 0),  # each hop is judged before it is taken
    (pycurl.HTTP09_ALLOWED, 0),
)
_VERSIONS: Final[dict[HttpVersion, int]] = {
    "1.1": pycurl.CURL_HTTP_VERSION_1_1,
    "2": pycurl.CURL_HTTP_VERSION_2TLS,
    "3": pycurl.CURL_HTTP_VERSION_3ONLY,
}
_VERSION_NAMES: Final = {1: "1.0", 2: "1.1", 3: "2", 30: "3"}
_IP: Final = {"4": pycurl.IPRESOLVE_V4, "6": pycurl.IPRESOLVE_V6}
_LITERAL: Final = re.compile(r"https?://(?:(\d+\.\d+\.\d+\.\d+)|\[([0-9a-f:.]+)\])(?::\d+)?(?:[/?#]|$)", re.I)
"""A URL whose host is an address and can be read in one way only."""


async def exchange(request: Request, look: Look) -> Answer:
    """Send the request from this vantage point and read the answer, within the look's deadline."""
    address = literal(request.url)
    if address is not None and (refusal := look.vantage.guard.refusal(address)) is not None:
        return Answer(pycurl.E_COULDNT_CONNECT, refusal, refusal=refusal)
    engine = look.vantage.curl
    easy = engine.borrow()
    try:
        gate = None if address is not None else _Gate(look.vantage.guard)
        intake = _Intake(request.body_limit)
        lines: list[bytes] = []
        _prepare(easy, request, look)
        easy.setopt(pycurl.HEADERFUNCTION, lines.append)
        easy.setopt(pycurl.WRITEFUNCTION, intake.take)
        if gate is not None:
            easy.setopt(pycurl.OPENSOCKETFUNCTION, gate.open)
        code, words = await engine.transfer(easy)
        if code == pycurl.E_WRITE_ERROR and intake.cut:
            code, words = 0, ""
        return _read(easy, code, words, request, intake, lines, gate)
    finally:
        engine.give_back(easy)


@lru_cache(maxsize=8192)
def literal(url: str) -> str | None:
    """The address that a URL names instead of a host name, when no two parsers could disagree about it."""
    match = _LITERAL.match(url)
    return None if match is None else match[1] or match[2]


class _Intake:
    """Takes the body in, up to its limit."""

    __slots__ = ("chunks", "cut", "room")

    def __init__(self, limit: int) -> None:
        self.chunks: list[bytes] = []
        self.room = limit
        self.cut = False

    def take(self, chunk: bytes) -> int | None:
        size = len(chunk)
        if size > self.room:
            self.chunks.append(chunk[: self.room])
            self.room = 0
            self.cut = True
            return 0  # tells libcurl to stop
        self.room -= size
        self.chunks.append(chunk)
        return None


class _Gate:
    """Opens libcurl's sockets, and only to addresses that may be probed: no name can change after this."""

    __slots__ = ("guard", "opened", "refusal")

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self.opened = False
        self.refusal: str | None = None

    def open(self, _purpose: int, address: Any) -> Any:
        ip = address.addr[0]
        refusal = self.guard.refusal(ip.decode() if isinstance(ip, bytes) else ip)
        if refusal is not None:
            self.refusal = refusal
            return pycurl.SOCKET_BAD
        self.opened = True
        # the bare C type: socket.socket() spends 20 µs more on making enums that nobody reads
        return socket.SocketType(address.family, address.socktype, address.protocol)


def _prepare(easy: pycurl.Curl, request: Request, look: Look) -> None:
    setopt = easy.setopt
    for option, value in _ALWAYS:
        setopt(option, value)
    vantage = look.vantage
    setopt(pycurl.URL, request.url)
    setopt(pycurl.USERAGENT, vantage.user_agent)
    setopt(pycurl.TIMEOUT_MS, max(1, int(look.left_s() * 1000)))
    if request.headers:
        setopt(pycurl.HTTPHEADER, list(request.headers))
    _prepare_method(easy, request)
    if request.http_version != "auto":
        setopt(pycurl.HTTP_VERSION, _VERSIONS[request.http_version])
    if request.ip_version != "any":
        setopt(pycurl.IPRESOLVE, _IP[request.ip_version])
    if vantage.source_address is not None:
        setopt(pycurl.INTERFACE, f"host!{vantage.source_address}")
        if request.ip_version == "any":
            setopt(pycurl.IPRESOLVE, _IP["6" if ":" in vantage.source_address else "4"])
    if request.url[:6].lower() == "https:":
        _prepare_tls(easy, request, look)


def _prepare_method(easy: pycurl.Curl, request: Request) -> None:
    if request.body is not None or request.method == "POST":
        easy.setopt(pycurl.POST, 1)
        easy.setopt(pycurl.POSTFIELDS, request.body or b"")
        easy.setopt(pycurl.CUSTOMREQUEST, request.method)
    elif request.method == "HEAD":
        easy.setopt(pycurl.NOBODY, 1)
    elif request.method != "GET":
        easy.setopt(pycurl.CUSTOMREQUEST, request.method)


def _prepare_tls(easy: pycurl.Curl, request: Request, look: Look) -> None:
    easy.setopt(pycurl.OPT_CERTINFO, 1)
    easy.setopt(pycurl.CAINFO, look.vantage.trust)
    if not request.verify:
        easy.setopt(pycurl.SSL_VERIFYPEER, 0)
        easy.setopt(pycurl.SSL_VERIFYHOST, 0)


def _read(
    easy: pycurl.Curl,
    code: int,
    words: str,
    request: Request,
    intake: _Intake,
    lines: list[bytes],
    gate: _Gate | None,
) -> Answer:
    get = easy.getinfo
    answer = Answer(
        code,
        words,
        status=get(pycurl.RESPONSE_CODE),
        lines=tuple(lines),
        body=b"".join(intake.chunks),
        cut=intake.cut,
        ip=get(pycurl.PRIMARY_IP) or None,
    )
    _read_times(easy, answer, named=gate is not None)
    if 300 <= answer.status < 400:
        answer.redirect_url = get(pycurl.REDIRECT_URL)
    if answer.status:
        answer.http_version = _VERSION_NAMES.get(get(pycurl.INFO_HTTP_VERSION))
    if code:
        answer.system_error = get(pycurl.OS_ERRNO)
        if gate is not None and not gate.opened:
            answer.refusal = gate.refusal
    elif answer.tls_ms is not None:
        answer.certificate_expires = _expiry(get(pycurl.INFO_CERTINFO))
    return answer


def _read_times(easy: pycurl.Curl, answer: Answer, *, named: bool) -> None:
    """libcurl counts every phase from the start; phases here begin where the one before ended."""
    get = easy.getinfo
    named_at = get(pycurl.NAMELOOKUP_TIME_T)
    connected_at = get(pycurl.CONNECT_TIME_T)
    encrypted_at = get(pycurl.APPCONNECT_TIME_T)
    answered_at = get(pycurl.STARTTRANSFER_TIME_T)
    answer.total_ms = get(pycurl.TOTAL_TIME_T) / 1000
    if named and named_at:
        answer.dns_ms = named_at / 1000
    if connected_at:
        answer.connect_ms = (connected_at - named_at) / 1000
    if encrypted_at:
        answer.tls_ms = (encrypted_at - connected_at) / 1000
    if answered_at and answer.status:
        answer.ttfb_ms = (answered_at - (encrypted_at or connected_at)) / 1000


def _expiry(chain: list[tuple[tuple[str, str], ...]]) -> str | None:
    """When the target's own certificate ends, in libcurl's words."""
    return next((value for name, value in chain[0] if name == "Expire date"), None) if chain else None
