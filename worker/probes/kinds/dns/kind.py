"""A DNS name resolves, with the expected answers if any are given.

With `server`, that server is the target, and it is to blame when it stays silent. Without it, the
resolvers of the machine that the worker runs on are asked, which says how names look from there;
then silence is the resolver's fault.

`transport` says how a server of yours is asked. Over UDP, an answer that is too long for a datagram
is asked for again over TCP. Over TLS and HTTPS, the certificate must be valid. `ttfb_ms` is the
time that the server took to answer.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import chain
from typing import Any, Final

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from worker.contract.kind import Kind
from worker.contract.outcome import Blame, Fault, Outcome, Reason, failure
from worker.probes.kinds.dns.ask import (
    Asked,
    over_https,
    over_stream,
    over_udp,
    with_or_without_edns,
)
from worker.probes.kinds.dns.params import DnsParams
from worker.probes.kinds.dns.values import Value, value_of
from worker.probes.look.vantage import Look
from worker.probes.names.resolver import Endpoint, literal
from worker.probes.network.connection import in_turn, locate

_SHOWN: Final = 16
"""Answers of one look that are kept."""
_RESOLVERS: Final = 3
"""The machine's own resolvers that are tried, as the system does."""


async def run(params: DnsParams, look: Look) -> Outcome:
    """Ask one server after the other until one answers, and judge its answer."""
    if params.server is None:
        return await _ask_machine(params, look)
    if params.transport == "udp":
        found = await locate(params.server, params.target_port, look, params.ip_version)
        if isinstance(found, Outcome):
            return found
        asked: Asked | Outcome = await _ask_in_turn(params, found.endpoints, look, found.dns_ms)
    else:
        over: Callable[..., Awaitable[Asked | Outcome]] = (
            over_https if params.transport == "https" else over_stream
        )
        ask = partial(over, params, server=params.server, look=look)
        asked = await with_or_without_edns(params, ask, look)
    if isinstance(asked, Outcome):
        return asked
    return _told(params, asked, fault_of(params, asked, given=True))


async def _ask_machine(params: DnsParams, look: Look) -> Outcome:
    # the operator's own resolvers are private more often than not, and no check can choose them
    servers = [literal(ip, port) for ip, port in look.vantage.resolver.nameservers()[:_RESOLVERS]]
    endpoints = [server for server in servers if server is not None]
    if not endpoints:
        return failure(Reason.DNS, "this machine has no resolver", blame=Blame.RESOLVER)
    asked = await _ask_in_turn(params, endpoints, look)
    fault = fault_of(params, asked, given=False)
    if asked.answer is None and fault is not None and fault[1] is not Blame.PROBER:
        fault = Reason.DNS, Blame.RESOLVER, fault[2]
    denied = (
        asked.answer is not None
        and asked.answer.rcode() == dns.rcode.NXDOMAIN
        and not params.missing
    )
    if denied and not await look.vantage.resolver.is_honest(look):
        sentence = (
            f"the resolver denies {params.name}, but does not know the root of the DNS either"
        )
        fault = Reason.DNS, Blame.RESOLVER, sentence
    return _told(params, asked, fault)


async def _ask_in_turn(
    params: DnsParams, endpoints: list[Endpoint], look: Look, dns_ms: float | None = None
) -> Asked:
    for endpoint, patience_s in in_turn(endpoints, look):
        ask = partial(
            over_udp,
            params,
            endpoint=endpoint,
            patience_s=patience_s,
            look=look,
            dns_ms=dns_ms,
        )
        asked = await with_or_without_edns(params, ask, look)
        if asked.fault is None:
            return asked
        look.step(f"{endpoint.ip}: {asked.fault[2]}")
    return asked


def fault_of(params: DnsParams, asked: Asked, *, given: bool) -> Fault | None:
    """What is wrong with an answer, if anything. A server that was not given by the check is a
    resolver.
    """
    answer = asked.answer
    if answer is None:
        return asked.fault
    code = answer.rcode()
    if code == dns.rcode.NXDOMAIN:
        if not params.missing:
            name = _aliases(params, answer)[-1]
            return Reason.DNS, Blame.TARGET, f"the name {_told_as(params, name)} does not exist"
    elif code != dns.rcode.NOERROR:
        blame = Blame.TARGET if given else Blame.RESOLVER
        return (
            Reason.DNS,
            blame,
            f"{asked.phases.ip} answered {dns.rcode.to_text(code)}{_why(answer)}",
        )
    elif params.missing:
        return Reason.CONTENT, Blame.TARGET, f"the name {params.name} exists"
    elif (fault := _values_fault(params, answer, given=given)) is not None:
        return fault
    if params.dnssec and not answer.flags & dns.flags.AD:
        return (
            Reason.CONTENT,
            Blame.TARGET,
            "the server did not validate the answer: it has no AD bit (DNSSEC)",
        )
    return None


def _values_fault(params: DnsParams, answer: dns.message.Message, *, given: bool) -> Fault | None:
    records = _records(params, answer)
    if not records:
        return _of_others(params, answer, given=given) or _nothing(params, answer, given=given)
    wrong = _value_wrong(params, records) if params.wanted else None
    return None if wrong is None else (Reason.CONTENT, Blame.TARGET, f"the answer {wrong}")


def _nothing(params: DnsParams, answer: dns.message.Message, *, given: bool) -> Fault:
    """An answer without any such record: what it tells in its place."""
    if _refers_on(answer):
        sentence = f"the server does not know {params.name}, and refers to others (a lame server)"
        return Reason.DNS, Blame.TARGET if given else Blame.RESOLVER, sentence
    names = _aliases(params, answer)
    if _target_of(names[-1], answer) is not None:
        sentence = f"the aliases (CNAME) of {params.name} lead in a circle"
    else:
        sentence = f"{_told_as(params, names[-1])} has no {params.record} record"
    return Reason.DNS, Blame.TARGET, sentence


def _refers_on(answer: dns.message.Message) -> bool:
    """Whether it names other servers and says nothing of its own (RFC 1034, section 4.3.1)."""
    kinds = {records.rdtype for records in answer.authority}
    own = answer.answer or answer.flags & (dns.flags.AA | dns.flags.RA)
    return not own and dns.rdatatype.NS in kinds and dns.rdatatype.SOA not in kinds


def _told_as(params: DnsParams, name: dns.name.Name) -> str:
    """A name to which the one that was asked for leads."""
    if name == params.question.question[0].name:
        return params.name
    return f"{str(name).rstrip('.')}, of which {params.name} is an alias,"


def _value_wrong(params: DnsParams, records: Sequence[Any]) -> str | None:
    got = {value_of(record): record.to_text() for record in records}
    shown = ", ".join(list(got.values())[:3])[:120]
    lacking = [text for text, meant in params.wanted if not meant & got.keys()]
    known = frozenset[Value]().union(*(meant for _, meant in params.wanted))
    others = ", ".join(text for value, text in got.items() if value not in known)[:60]
    if len(lacking) == len(params.wanted):
        return f"{shown} is none of those expected"
    if lacking and params.match != "any":
        return f"{shown} lacks {', '.join(lacking)[:60]}"
    exactly = params.match == "exactly"
    return f"holds {others}, which is not expected" if exactly and others else None


def _of_others(params: DnsParams, answer: dns.message.Message, *, given: bool) -> Fault | None:
    """An answer that has such records only of names that were not asked for."""
    owners = {str(records.name) for records in answer.answer if records.rdtype == params.rdtype}
    blame = Blame.TARGET if given else Blame.RESOLVER
    sentence = (
        f"the answer holds no {params.record} record of {params.name}, but of"
        f" {', '.join(sorted(owners))[:80]}"
    )
    return (Reason.PROTOCOL, blame, sentence) if owners else None


def _records(params: DnsParams, answer: dns.message.Message) -> list[Any]:
    """The records that were asked for, of the name or of one that it is an alias of."""
    owners = set(_aliases(params, answer))
    found = [records for records in answer.answer if records.rdtype == params.rdtype]
    return list(chain.from_iterable(records for records in found if records.name in owners))


def _aliases(params: DnsParams, answer: dns.message.Message) -> list[dns.name.Name]:
    """The name that was asked for, and those to which its aliases lead, one after the other."""
    name: dns.name.Name | None = params.question.question[0].name
    names: dict[dns.name.Name, None] = {}
    while name is not None and name not in names:
        names[name] = None
        name = _target_of(name, answer)
    return list(names)


def _target_of(name: dns.name.Name, answer: dns.message.Message) -> dns.name.Name | None:
    """What a name is an alias of, by this answer."""
    found = (
        records[0].target
        for records in answer.answer
        if records.rdtype == dns.rdatatype.CNAME and records.name == name
    )
    return next(found, None)


def _why(answer: dns.message.Message) -> str:
    """What the server says of why, RFC 8914: `DNSSEC bogus` and the like."""
    codes = [error.code for error in answer.extended_errors()]
    names = [
        dns.edns.EDECode(code).name.replace("_", " ").lower()
        for code in codes
        if code in set(dns.edns.EDECode)
    ]
    return f": {', '.join(names[:3])}" if names else ""


def _told(params: DnsParams, asked: Asked, fault: Fault | None) -> Outcome:
    extra = asked.extra
    if asked.answer is not None:
        extra = {
            "rcode": dns.rcode.to_text(asked.answer.rcode()),
            "answers": [record.to_text() for record in _records(params, asked.answer)[:_SHOWN]],
            "authenticated": bool(asked.answer.flags & dns.flags.AD),
        }
    return asked.phases.outcome(fault, extra, slow_ms=params.slow_ms)


KIND = Kind("dns", DnsParams, run)
