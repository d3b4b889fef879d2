"""A DNS name resolves, with the expected answers if any are given.

With `server`, that server is the target, and it is to blame when it stays silent. Without it, the resolvers of the
machine that the worker runs on are asked, which says how names look from there; then silence is the resolver's fault.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final, Literal

import dns.asyncquery
import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
from pydantic import Field, field_validator

from worker.contract.kind import Kind, Params
from worker.contract.outcome import Blame, Outcome, Reason, failure, success
from worker.probes.connection import not_connected
from worker.probes.resolver import Unresolved
from worker.probes.vantage import Look

RecordType = Literal["A", "AAAA", "CAA", "CNAME", "DS", "DNSKEY", "HTTPS", "MX", "NS", "PTR", "SOA", "SRV", "TXT"]
_SHOWN: Final = 16
"""Answers of one look that are kept."""


class DnsParams(Params):
    """What to ask whom, and what the answer must be."""

    name: str = Field(min_length=1, max_length=253, description="Name to look up.")
    record: RecordType = Field(default="A", description="Type of the record.")
    server: str | None = Field(
        default=None, description="Server to ask; default: the resolvers of the worker's machine."
    )
    port: int = Field(default=53, ge=1, le=65535, description="Port of the server.")
    answers: tuple[str, ...] = Field(default=(), description="Values of which at least one must be answered.")
    missing: bool = Field(default=False, description="Expect that the name does not exist.")

    @field_validator("name")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        try:
            dns.name.from_text(value)
        except (dns.exception.DNSException, UnicodeError) as error:
            raise ValueError(f"{value!r} is not a DNS name") from error
        return value


@dataclass(frozen=True, slots=True)
class _Server:
    """Whom to ask; `given` by the check, or else one of the machine's own resolvers."""

    ip: str
    port: int
    given: bool
    dns_ms: float | None = None


async def run(params: DnsParams, look: Look) -> Outcome:
    """Ask one server after the other until one answers, and judge its answer."""
    servers = await _servers(params, look)
    if isinstance(servers, Outcome):
        return servers
    outcome = failure(Reason.DNS, "this machine has no resolver", blame=Blame.RESOLVER)
    for tried, server in enumerate(servers):
        began_ms = look.elapsed_ms()
        patience_s = look.left_s() / (len(servers) - tried)
        try:
            async with asyncio.timeout(patience_s):
                answer = await _ask(params, server, look)
        except (OSError, dns.exception.DNSException, EOFError) as error:
            outcome = _unanswered(error, server, look)
            look.step(f"{server.ip}: {outcome.detail}")
            continue
        look.step(f"{server.ip} answered {dns.rcode.to_text(answer.rcode())}")
        took_ms = look.elapsed_ms() - began_ms
        denied = answer.rcode() == dns.rcode.NXDOMAIN and not server.given and not params.missing
        believed = not denied or await look.vantage.resolver.is_honest(look)
        return _judged(params, server, answer, took_ms, believed=believed)
    return outcome


async def _servers(params: DnsParams, look: Look) -> Sequence[_Server] | Outcome:
    if params.server is None:
        # the operator's own resolvers are private more often than not, and no check can choose them
        return [_Server(ip, port, given=False) for ip, port in look.vantage.resolver.nameservers()[:3]]
    try:
        found = await look.vantage.resolver.find(params.server, params.port, look)
    except Unresolved as error:
        return failure(Reason.DNS, str(error), blame=error.blame, total_ms=look.elapsed_ms())
    refusals = [look.vantage.guard.refusal(endpoint.ip) for endpoint in found.endpoints]
    allowed = [
        _Server(endpoint.ip, params.port, given=True, dns_ms=found.dns_ms)
        for endpoint, refusal in zip(found.endpoints, refusals, strict=True)
        if refusal is None
    ]
    return allowed or failure(Reason.BLOCKED, refusals[0] or "", total_ms=look.elapsed_ms())


async def _ask(params: DnsParams, server: _Server, look: Look) -> dns.message.Message:
    question = dns.message.make_query(params.name, params.record, use_edns=True)
    source = look.vantage.source_address
    if source is not None and ip_address(source).version != ip_address(server.ip).version:
        source = None
    where: dict[str, Any] = {"where": server.ip, "port": server.port, "source": source}
    try:
        return await dns.asyncquery.udp(question, **where, ignore_unexpected=True, raise_on_truncation=True)
    except dns.message.Truncated:
        return await dns.asyncquery.tcp(question, **where)


def _unanswered(error: Exception, server: _Server, look: Look) -> Outcome:
    if isinstance(error, TimeoutError):
        reason, blame, sentence = Reason.TIMEOUT, Blame.PATH, f"no answer within {look.timeout_ms} ms"
    elif isinstance(error, OSError):
        reason, blame, sentence = not_connected(error.errno or 0)
    else:
        reason, blame, sentence = Reason.PROTOCOL, Blame.TARGET, "the answer is not DNS"
    if not server.given and blame is not Blame.PROBER:
        reason, blame = Reason.DNS, Blame.RESOLVER
    return failure(reason, sentence, blame=blame, dns_ms=server.dns_ms, total_ms=look.elapsed_ms(), ip=server.ip)


def _judged(
    params: DnsParams, server: _Server, answer: dns.message.Message, took_ms: float, *, believed: bool
) -> Outcome:
    values = _values(params, answer)
    code = answer.rcode()
    measured: dict[str, Any] = {
        "dns_ms": server.dns_ms,
        "ttfb_ms": round(took_ms, 3),
        "total_ms": round(took_ms + (server.dns_ms or 0.0), 3),
        "ip": server.ip,
        "extra": {"rcode": dns.rcode.to_text(code), "answers": values[:_SHOWN]},
    }
    if code == dns.rcode.NXDOMAIN:
        if params.missing:
            return success(**measured)
        if not believed:
            sentence = f"the resolver denies {params.name}, but does not know the root of the DNS either"
            return failure(Reason.DNS, sentence, blame=Blame.RESOLVER, **measured)
        return failure(Reason.DNS, f"the name {params.name} does not exist", blame=Blame.TARGET, **measured)
    if code != dns.rcode.NOERROR:
        blame = Blame.TARGET if server.given else Blame.RESOLVER
        return failure(Reason.DNS, f"{server.ip} answered {dns.rcode.to_text(code)}", blame=blame, **measured)
    return _judged_values(params, values, measured)


def _judged_values(params: DnsParams, values: list[str], measured: dict[str, Any]) -> Outcome:
    if params.missing:
        return failure(Reason.CONTENT, f"the name {params.name} exists", **measured)
    if not values:
        return failure(Reason.DNS, f"{params.name} has no {params.record} record", blame=Blame.TARGET, **measured)
    if params.answers and not {_plain(value) for value in params.answers} & {_plain(value) for value in values}:
        sentence = f"the answer {', '.join(values[:3])} is none of those expected"
        return failure(Reason.CONTENT, sentence[:200], **measured)
    return success(**measured)


def _values(params: DnsParams, answer: dns.message.Message) -> list[str]:
    wanted = dns.rdatatype.from_text(params.record)
    return [record.to_text() for records in answer.answer if records.rdtype == wanted for record in records]


def _plain(value: str) -> str:
    return value.strip('"').rstrip(".").lower()


KIND = Kind("dns", DnsParams, run)
