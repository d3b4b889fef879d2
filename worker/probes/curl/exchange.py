"""One exchange: a request is put on an easy handle, run by the engine, and read back as an answer."""

import re
from functools import lru_cache
from typing import Final

import pycurl

from worker.probes.curl.engine import Ending
from worker.probes.curl.gate import Gate
from worker.probes.curl.options import prepare
from worker.probes.request import Answer, Request
from worker.probes.vantage import Look

_VERSION_NAMES: Final = {1: "1.0", 2: "1.1", 3: "2", 30: "3"}
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
        gate = None if address is not None else Gate(look.vantage.guard)
        intake = _Intake(request.body_limit)
        lines: list[bytes] = []
        prepare(easy, request, look)
        easy.setopt(pycurl.HEADERFUNCTION, lines.append)
        easy.setopt(pycurl.WRITEFUNCTION, intake.take)
        if gate is not None:
            easy.setopt(pycurl.OPENSOCKETFUNCTION, gate.open)
        code, words = await engine.transfer(easy)
        if code == pycurl.E_WRITE_ERROR and intake.cut:
            code, words = 0, ""
        return _read(easy, (code, words), intake, lines, gate)
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
    if named:
        answer.resolved = named_at > 0
        answer.dns_ms = named_at / 1000 if named_at else None
    if connected_at:
        answer.connect_ms = (connected_at - named_at) / 1000
    if encrypted_at:
        answer.tls_ms = (encrypted_at - connected_at) / 1000
    if answered_at and answer.status:
        answer.ttfb_ms = (answered_at - (encrypted_at or connected_at)) / 1000


def _expiry(chain: list[tuple[tuple[str, str], ...]]) -> str | None:
    """When the target's own certificate ends, in libcurl's words."""
    return next((value for name, value in chain[0] if name == "Expire date"), None) if chain else None
