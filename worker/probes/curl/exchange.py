"""One exchange: a request is put on an easy handle, run by the engine, and read back as an answer."""

import re
from typing import Final
from urllib.parse import urlsplit

import pycurl

from worker.probes.curl.engine import Ending
from worker.probes.curl.faults import UNRESOLVED
from worker.probes.curl.gate import Gate
from worker.probes.curl.options import prepare
from worker.probes.request import Answer, Request
from worker.probes.resolver import Unresolved
from worker.probes.vantage import Look

_VERSION_NAMES: Final = {1: "1.0", 2: "1.1", 3: "2", 30: "3"}
_LITERAL: Final = re.compile(r"https?://(?:(\d+\.\d+\.\d+\.\d+)|\[([0-9a-f:.]+)\])(?::\d+)?(?:[/?#]|$)", re.I)
"""A URL whose host is an address and can be read in one way only."""


async def exchange(request: Request, look: Look) -> Answer:
    """Send the request from this vantage point and read the answer, within the look's deadline."""
    objection = look.vantage.guard.url_objection(request.url)
    if objection is not None:
        return _refused(objection)
    address = literal(request.url)
    if address is not None:
        refusal = look.vantage.guard.refusal(address)
        return await _send(request, look) if refusal is None else _refused(refusal)
    host, port = place(request.url)
    try:
        found = await look.vantage.resolver.find(host, port, look, request.ip_version)
    except Unresolved as error:
        return Answer(UNRESOLVED, str(error), unresolved_blame=error.blame, total_ms=look.elapsed_ms())
    refusals = [look.vantage.guard.refusal(endpoint.ip) for endpoint in found.endpoints]
    allowed = [endpoint.ip for endpoint, refusal in zip(found.endpoints, refusals, strict=True) if refusal is None]
    if not allowed:
        return _refused(refusals[0] or "", found.dns_ms)
    # libcurl finds the name in its own cache then; whatever else it may connect to, the gate sees it
    resolved = f"{host}:{port}:{','.join(map(_bracketed, allowed))}"
    answer = await _send(request, look, Gate(look.vantage.guard), resolved)
    answer.dns_ms = found.dns_ms
    answer.total_ms = round(answer.total_ms + (found.dns_ms or 0.0), 3)
    return answer


async def _send(request: Request, look: Look, gate: Gate | None = None, resolved: str | None = None) -> Answer:
    engine = look.vantage.curl
    easy = engine.borrow()
    try:
        intake = _TimedIntake(request.body_limit, look) if request.timed else _Intake(request.body_limit)
        lines: list[bytes] = []
        prepare(easy, request, look)
        easy.setopt(pycurl.HEADERFUNCTION, lines.append)
        easy.setopt(pycurl.WRITEFUNCTION, intake.take)
        if gate is not None:
            easy.setopt(pycurl.OPENSOCKETFUNCTION, gate.open)
            easy.setopt(pycurl.RESOLVE, [resolved])
        code, words = await engine.transfer(easy)
        if code == pycurl.E_WRITE_ERROR and intake.cut:
            code, words = 0, ""
        return _read(easy, (code, words), intake, lines, gate)
    finally:
        engine.give_back(easy)


def _refused(refusal: str, dns_ms: float | None = None) -> Answer:
    return Answer(pycurl.E_COULDNT_CONNECT, refusal, refusal=refusal, dns_ms=dns_ms, total_ms=dns_ms or 0.0)


def _bracketed(ip: str) -> str:
    return f"[{ip}]" if ":" in ip else ip


def place(url: str) -> tuple[str, int]:
    """Host and port of a URL."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return host, parts.port or (443 if parts.scheme == "https" else 80)


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


class _TimedIntake(_Intake):
    """Takes the body in, and notes when."""

    __slots__ = ("_look", "_size", "arrivals")

    def __init__(self, limit: int, look: Look) -> None:
        super().__init__(limit)
        self._look = look
        self._size = 0
        self.arrivals: list[tuple[int, float]] = []

    def take(self, chunk: bytes) -> int | None:
        self._size += len(chunk)
        self.arrivals.append((self._size, self._look.elapsed_ms()))
        return super().take(chunk)


def _read(easy: pycurl.Curl, ending: Ending, intake: _Intake, lines: list[bytes], gate: Gate | None) -> Answer:
    get = easy.getinfo
    code, words = ending
    answer = Answer(
        code,
        words,
        status=get(pycurl.RESPONSE_CODE),
        lines=tuple(lines),
        body=b"".join(intake.chunks),
        cut=intake.cut,
        ip=get(pycurl.PRIMARY_IP) or None,
        arrivals=tuple(intake.arrivals) if isinstance(intake, _TimedIntake) else (),
    )
    _read_times(easy, answer)
    if 300 <= answer.status < 400:
        elsewhere: bytes | None = easy.getinfo_raw(pycurl.REDIRECT_URL)
        answer.redirect_url = None if elsewhere is None else elsewhere.decode("ascii", "replace")
    if answer.status:
        answer.http_version = _VERSION_NAMES.get(get(pycurl.INFO_HTTP_VERSION))
    if code:
        answer.system_error = get(pycurl.OS_ERRNO)
        if gate is not None and not gate.opened:
            answer.refusal = gate.refusal
    elif answer.tls_ms is not None:
        answer.certificate_expires = _expiry(easy.getinfo_raw(pycurl.INFO_CERTINFO))
    return answer


def _read_times(easy: pycurl.Curl, answer: Answer) -> None:
    """libcurl counts every phase from the start; phases here begin where the one before ended."""
    get = easy.getinfo
    named_at = get(pycurl.NAMELOOKUP_TIME_T)
    connected_at = get(pycurl.CONNECT_TIME_T)
    encrypted_at = get(pycurl.APPCONNECT_TIME_T)
    answered_at = get(pycurl.STARTTRANSFER_TIME_T)
    answer.total_ms = get(pycurl.TOTAL_TIME_T) / 1000
    if connected_at:
        answer.connect_ms = (connected_at - named_at) / 1000
    if encrypted_at:
        answer.tls_ms = (encrypted_at - connected_at) / 1000
    if answered_at and answer.status:
        answer.ttfb_ms = (answered_at - (encrypted_at or connected_at)) / 1000


def _expiry(chain: list[tuple[tuple[bytes, bytes], ...]]) -> str | None:
    """When the target's own certificate ends, in OpenSSL's words. Other fields may hold any bytes."""
    own = chain[0] if chain else ()
    return next((value.decode("ascii", "replace") for name, value in own if name == b"Expire date"), None)
