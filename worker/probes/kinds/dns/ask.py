"""A question on its way to one server and back, over each transport."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode

from worker.contract.outcome import Blame, Fault, Outcome, Reason
from worker.probes.http.answers import edge
from worker.probes.http.answers.refusals import refusal
from worker.probes.http.request import Request
from worker.probes.http.visit import told
from worker.probes.kinds.dns.params import DnsParams
from worker.probes.look.phases import Phases
from worker.probes.look.vantage import Look
from worker.probes.names.resolver import Endpoint
from worker.probes.network.connection import Connected, connect
from worker.probes.network.datagrams import datagrams, unanswered
from worker.probes.network.stream import BROKEN, Stream, broken, ended
from worker.probes.parameters.web_address import bracketed
from worker.probes.tls.certified import CertificateRules, encrypt
from worker.probes.tls.silence import why_silent

NOT_DNS: Final[Fault] = (Reason.PROTOCOL, Blame.TARGET, "the answer is not DNS")
_OTHER_QUESTION: Final[Fault] = (
    Reason.PROTOCOL,
    Blame.TARGET,
    "the answer is to another question",
)
_OTHER_NUMBER: Final[Fault] = (
    Reason.PROTOCOL,
    Blame.TARGET,
    "the answer has another number (ID) than the question",
)
_HEADER: Final = 12
_TRUNCATED: Final = 0x02
"""TC, in the third byte."""
_RULES: Final = {allowed: CertificateRules(common_name=allowed) for allowed in (False, True)}
_MEDIA_TYPE: Final = "application/dns-message"


_UNKNOWING: Final = frozenset({dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS})


A = TypeVar("A", bound="Asked | Outcome")


@dataclass(slots=True)
class Asked:
    """How asking went: the answer or what was wrong, and how long each phase took."""

    phases: Phases
    answer: dns.message.Message | None = None
    fault: Fault | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    """What an answer over HTTP tells that brought no answer of the DNS."""

    @property
    def may_not_know_edns(self) -> bool:
        """Whether the server said that it did not understand the question."""
        return self.answer is not None and self.answer.rcode() in _UNKNOWING


async def with_or_without_edns(
    params: DnsParams, ask: Callable[[bytes, Phases | None], Awaitable[A]], look: Look
) -> A:
    """Ask, and once more without EDNS when the server did not understand (RFC 6891, sections 6.2.2
    and 7), as resolvers do.
    """
    asked = await ask(params.wire, None)
    if isinstance(asked, Outcome) or not asked.may_not_know_edns:
        return asked
    look.step("the server did not understand the question; asked again without EDNS")
    again = await ask(params.bare_wire, asked.phases)
    # what it said is more than silence
    return asked if isinstance(again, Asked) and again.answer is None else again


async def over_udp(
    params: DnsParams,
    wire: bytes,
    before: Phases | None,
    *,
    endpoint: Endpoint,
    patience_s: float,
    look: Look,
    dns_ms: float | None,
) -> Asked:
    """Ask by one datagram; what is too long for one is asked for again over TCP."""
    phases = before or Phases(look, endpoint.ip, dns_ms=dns_ms)
    number = secrets.token_bytes(2)
    asked: Asked | None = None
    try:
        with datagrams(endpoint, look) as socket:
            async with asyncio.timeout(min(patience_s, look.left_s())):
                socket.send(number + wire)
                # what is no answer to this question may be anybody's: the real one may still come
                while asked is None or asked.fault is not None:
                    data = await socket.receive()
                    if data[:2] == number and len(data) >= _HEADER and data[2] & _TRUNCATED:
                        break
                    asked = parsed(params, data, phases, number)
    except OSError as error:
        phases.end("ttfb_ms")
        return asked or Asked(phases, fault=unanswered(error, look.timeout_ms))
    phases.end("ttfb_ms")
    if asked is None or asked.fault is not None:
        look.step(f"{endpoint.ip} says that its answer is too long for UDP")
        return await _over_tcp_too(params, wire, endpoint, look, phases)
    return asked


async def over_stream(
    params: DnsParams, wire: bytes, before: Phases | None, *, server: str, look: Look
) -> Asked | Outcome:
    """Ask over TCP, or over TLS; the failed outcome when no connection comes about."""
    connected = await connect(server, params.target_port, look, params.ip_version)
    if isinstance(connected, Outcome):
        return connected
    phases = before or Phases.since(connected, look)
    if before is not None:
        before.end("connect_ms")
    return await _over_connection(params, wire, connected, phases, look)


async def _over_tcp_too(
    params: DnsParams, wire: bytes, endpoint: Endpoint, look: Look, phases: Phases
) -> Asked:
    connected = await connect(endpoint.ip, endpoint.address[1], look)
    phases.end("connect_ms")
    if isinstance(connected, Outcome):
        return Asked(
            phases, fault=(connected.reason, connected.blame, f"{connected.detail} (over TCP)")
        )
    return await _over_connection(params, wire, connected, phases, look)


async def _over_connection(
    params: DnsParams, wire: bytes, connected: Connected, phases: Phases, look: Look
) -> Asked:
    name = params.server_name or params.server or connected.ip
    with closing(Stream(connected.sock, look)) as stream:
        if params.transport == "tls":
            made = await encrypt(stream, name, _RULES[params.common_name], look)
            phases.end("tls_ms")
            if made.fault is not None:
                return Asked(phases, fault=made.fault)
        data, fault, number = None, ended("answer"), secrets.token_bytes(2)
        try:
            data = await _exchanged(number + wire, stream)
        except BROKEN as error:
            fault = broken(error, look, "answer")
        finally:
            phases.end("ttfb_ms")
        if data is None:
            why = await why_silent(fault, stream, name, connected.ip, params.target_port, look)
            return Asked(phases, fault=why)
    return parsed(params, data, phases, number)


async def _exchanged(question: bytes, stream: Stream) -> bytes | None:
    """The answer, which like the question has its length before it; None when the connection ends
    before.
    """
    await stream.send(len(question).to_bytes(2) + question)
    data = b""
    while len(data) < 2 or len(data) < 2 + int.from_bytes(data[:2]):
        more = await stream.receive()
        if not more:
            return None
        data += more
    return data[2 : 2 + int.from_bytes(data[:2])]


async def over_https(
    params: DnsParams, wire: bytes, before: Phases | None, *, server: str, look: Look
) -> Asked:
    """Ask as RFC 8484 says: the question is the body of a POST, numbered 0."""
    from worker.probes.http.curl.exchange import exchange  # late: only such a look needs libcurl
    from worker.probes.http.curl.faults import fault as fault_of

    answer = await exchange(
        Request(
            url=f"https://{bracketed(server)}:{params.target_port}{params.path}",
            method="POST",
            headers=(f"Content-Type: {_MEDIA_TYPE}".encode(), f"Accept: {_MEDIA_TYPE}".encode()),
            body=b"\x00\x00" + wire,
            body_limit=65_535,
            common_name=params.common_name,
            ip_version=params.ip_version,
        ),
        look,
    )
    phases = before or Phases.of(answer, look)
    if before is not None:
        before.end("ttfb_ms")
    if answer.code:
        return Asked(phases, fault=fault_of(answer, look.timeout_ms))
    noted = edge.noted(answer.lines)
    if answer.status == 200:
        asked = parsed(params, answer.body, phases)
        fault = asked.fault and (refusal(200, noted, answer.body, credentials=False) or asked.fault)
        return replace(asked, fault=fault)
    ours = refusal(answer.status, noted, answer.body, credentials=False)
    sentence = f"the server answered with status {answer.status}"
    fault = ours or (Reason.STATUS, Blame.TARGET, sentence)
    return Asked(phases, fault=fault, extra=told(answer, noted))


def parsed(params: DnsParams, data: bytes, phases: Phases, number: bytes | None = None) -> Asked:
    """The answer that these bytes are to the question of this number, or what is wrong with
    them.
    """
    if number not in (None, data[:2]) and len(data) >= _HEADER:
        return Asked(phases, fault=_OTHER_NUMBER)
    try:
        answer = dns.message.from_wire(data, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError):
        return Asked(phases, fault=NOT_DNS)
    answers = answer.flags & dns.flags.QR and answer.opcode() == dns.opcode.QUERY
    if not answers or (answer.question and answer.question != params.question.question):
        return Asked(phases, fault=_OTHER_QUESTION)
    return Asked(phases, answer)
