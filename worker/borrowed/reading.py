"""What a finished measurement says of a target: ordinary outcomes, judged as our own looks are.
Pure.

What went wrong between us and the probe, or in it, is the prober's; only what a probe saw of the
target counts.
"""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from statistics import fmean, median
from typing import Any, Final

from worker.borrowed.answer import Measurement, Seen, Test
from worker.contract.borrowing.rules import GLOBALPING
from worker.contract.kind import CheckParams
from worker.contract.outcome import Blame, Fault, Outcome, Reason, failure, success
from worker.probes.http.answers import edge
from worker.probes.http.answers.judging import answer_fault
from worker.probes.http.request import Answer
from worker.probes.kinds.dns.params import DnsParams
from worker.probes.kinds.dns.values import Value, values_meant
from worker.probes.kinds.http import HttpParams
from worker.probes.kinds.icmp.kind import IcmpParams
from worker.probes.look.slow import SlowLimits, slow_fault

_SHOWN: Final = 160
_FAILED: Final[tuple[tuple[re.Pattern[str], Reason, Blame | None], ...]] = tuple(
    (re.compile(words, re.I), reason, blame)
    for words, reason, blame in (
        (r"private ip|not allowed", Reason.BLOCKED, Blame.PROBER),
        (r"ENOTFOUND|name or service not known|ENODATA|NXDOMAIN", Reason.DNS, Blame.TARGET),
        (r"EAI_AGAIN|ESERVFAIL|EREFUSED|queryA|name resolution", Reason.DNS, Blame.RESOLVER),
        (r"ECONNREFUSED|connection refused", Reason.REFUSED, None),
        (r"ECONNRESET|EPIPE|socket hang up|connection reset", Reason.RESET, None),
        (r"EHOSTUNREACH|ENETUNREACH|unreachable|no route", Reason.UNREACHABLE, None),
        (r"ETIMEDOUT|ESOCKETTIMEDOUT|timeout|timed out", Reason.TIMEOUT, None),
        (r"EPROTO|ERR_SSL|ERR_TLS|SSL routines|handshake|certificate", Reason.TLS, None),
        (r"HPE_|parse error|ERR_HTTP2", Reason.PROTOCOL, None),
    )
)
"""What a probe says of a test that failed, and what that means; without a blame, the usual one."""


def outcome_of(measured: Measurement, params: CheckParams, timeout_ms: int) -> Outcome:
    """The one outcome of a look that several probes may have made: well when at least half of
    those that could look found it well.
    """
    each = [_with_place(measured.id, seen, params, timeout_ms) for seen in measured.results]
    if not each:
        return failure(Reason.INTERNAL, "no probe is there at the moment", extra=told(measured.id))
    able = [outcome for outcome in each if outcome.blame is not Blame.PROBER]
    if not able:
        return each[0]
    well = [outcome for outcome in able if outcome.ok]
    side = well if 2 * len(well) >= len(able) else [one for one in able if not one.ok]
    chosen = sorted(side, key=lambda outcome: outcome.total_ms or 0.0)[(len(side) - 1) // 2]
    if len(each) > 1:
        counted = {"probes": len(able), "probes_well": len(well)}
        chosen = _extended(chosen, counted)
    return chosen


def told(measurement: str | None = None, **more: Any) -> dict[str, Any]:
    """What a result from a borrowed vantage point carries in any case."""
    return {"via": GLOBALPING, **({"measurement": measurement} if measurement else {}), **more}


def _extended(outcome: Outcome, more: Mapping[str, Any]) -> Outcome:
    fields = {name: getattr(outcome, name) for name in Outcome.__slots__}
    return Outcome(**{**fields, "extra": {**outcome.extra, **more}})


def _with_place(measurement: str, seen: Seen, params: CheckParams, timeout_ms: int) -> Outcome:
    outcome = _outcome(seen.result, params, timeout_ms)
    return _extended(outcome, told(measurement, probe=seen.probe.told()))


def _outcome(test: Test, params: CheckParams, timeout_ms: int) -> Outcome:
    if test.status == "finished":
        for kind, read in _READERS.items():
            if isinstance(params, kind):
                return read(test, params, timeout_ms)
    if test.status == "failed":
        return _failed(test)
    said = {"offline": "the probe is offline", "in-progress": "the probe did not end in time"}
    return failure(Reason.INTERNAL, said.get(test.status, f"the test is {test.status[:40]!r}"))


def _failed(test: Test) -> Outcome:
    """A test that failed: by the target when it says how, else it never left the probe."""
    raw = " ".join((test.raw or "").split())[:_SHOWN]
    for words, reason, blame in _FAILED:
        if words.search(raw):
            return failure(reason, raw, blame=blame, ip=test.address or None)
    return failure(Reason.INTERNAL, f"the probe could not make the test: {raw or 'no reason'}")


def _http(test: Test, params: HttpParams, timeout_ms: int) -> Outcome:
    if test.code is None:
        return _failed(test)
    answer = Answer(
        code=0,
        words="",
        status=test.code,
        lines=_head(test),
        body=(test.body or "").encode(),
        cut=test.truncated,
        ip=test.address,
    )
    noted = edge.noted(answer.lines)
    # a probe follows no redirect: that there is one is all that can be seen
    fault = answer_fault(params.expect, answer, noted, follows=False, credentials=False)
    if fault is not None and test.truncated and fault[0] is Reason.CONTENT:
        fault = Reason.INTERNAL, Blame.PROBER, f"only 10 kB of the body are told: {fault[2]}"
    if fault is not None and params.redirects and 300 <= test.code < 400:
        fault = Reason.INTERNAL, Blame.PROBER, "redirects are not followed from there"
    certificate = test.tls
    if params.verify and certificate is not None and not certificate.authorized:
        why = certificate.error[:_SHOWN] or "no reason is told"
        fault = Reason.TLS, Blame.TARGET, f"the certificate is not valid: {why}"
    took = {"dns": "dns", "connect": "tcp", "tls": "tls", "ttfb": "firstByte", "body": "download"}
    ms = {phase: test.ms(name) for phase, name in took.items()}
    total_ms = test.ms("total")
    ms["total"] = sum(filter(None, ms.values())) if total_ms is None else total_ms
    limits = params.slow_ms
    if isinstance(limits, int):
        limits = SlowLimits(total=limits)
    fault = fault or (limits and slow_fault(limits, ms)) or _too_late(ms["total"], timeout_ms)
    measured = {f"{phase}_ms": value for phase, value in ms.items() if phase != "body"}
    extra = {**edge.extra_of(noted), **({} if ms["body"] is None else {"body_ms": ms["body"]})}
    return _told(fault, status_code=test.code, ip=test.address or None, extra=extra, **measured)


def _head(test: Test) -> tuple[bytes, ...]:
    status = f"HTTP/1.1 {test.code} {test.code_name or ''}".rstrip()
    lines = [status, *(test.head or "").splitlines(), ""]
    return tuple(f"{line}\r\n".encode("latin-1", "replace") for line in lines)


def _dns(test: Test, params: DnsParams, timeout_ms: int) -> Outcome:
    ms = test.ms("total")
    fault = _dns_fault(test, params) or _late_or_slow(ms, params.slow_ms, timeout_ms)
    extra = {
        "answers": [record.value[:_SHOWN] for record in test.answers[:16]],
        "resolver": (test.resolver or "")[:_SHOWN],
    }
    return _told(fault, ttfb_ms=ms, total_ms=ms, extra=extra)


def _dns_fault(test: Test, params: DnsParams) -> Fault | None:
    name, code = params.name, (test.code_name or str(test.code)).upper()
    if code == "NXDOMAIN":
        missing: Fault = Reason.DNS, Blame.TARGET, f"the name {name} does not exist"
        return None if params.missing else missing
    if code != "NOERROR":
        blame = Blame.TARGET if params.server else Blame.RESOLVER
        return Reason.DNS, blame, f"{test.resolver or 'the resolver'} answered {code}"
    if params.missing:
        return Reason.CONTENT, Blame.TARGET, f"the name {name} exists"
    got = [record.value for record in test.answers if record.type == params.record]
    if not got:
        return Reason.DNS, Blame.TARGET, f"{name} has no {params.record} record"
    wrong = params.wanted and _values_wrong(params, got)
    return (Reason.CONTENT, Blame.TARGET, f"the answer {wrong}") if wrong else None


def _values_wrong(params: DnsParams, got: list[str]) -> str:
    held = [values_meant(params.record, text) for text in got]
    seen = frozenset[Value]().union(*held)
    known = frozenset[Value]().union(*(meant for _, meant in params.wanted))
    lacking = [text for text, meant in params.wanted if not meant & seen]
    if len(lacking) == len(params.wanted):
        return f"{', '.join(got[:3])[:_SHOWN]} is none of those expected"
    if lacking and params.match != "any":
        return f"lacks {', '.join(lacking)[:_SHOWN]}"
    others = [text for text, meant in zip(got, held, strict=True) if not meant & known]
    exactly = params.match == "exactly" and others
    return f"holds {others[0][:_SHOWN]}, which is not expected" if exactly else ""


def _icmp(test: Test, params: IcmpParams, timeout_ms: int) -> Outcome:
    trips = test.round_trips
    sent = test.stats.total if test.stats is not None and test.stats.total else params.count
    extra: dict[str, Any] = {
        "sent": sent,
        "received": len(trips),
        "loss_percent": round(100 * (1 - len(trips) / max(sent, 1)), 2),
    }
    if not trips:
        silent: Fault = Reason.TIMEOUT, Blame.PATH, "no echo request was answered"
        return _told(silent, ip=test.address or None, extra=extra)
    steps = [abs(later - earlier) for earlier, later in pairwise(trips)]
    jitter_ms, rtt_ms = (fmean(steps) if steps else 0.0), median(trips)
    extra |= {
        "rtt_min_ms": min(trips),
        "rtt_avg_ms": round(fmean(trips), 3),
        "rtt_max_ms": max(trips),
        "jitter_ms": round(jitter_ms, 3),
    }
    fault: Fault | None = None
    if extra["loss_percent"] > params.max_loss:
        said = f"{extra['loss_percent']:g} % of the requests stayed without an answer"
        fault = Reason.TIMEOUT, Blame.PATH, said
    elif params.max_jitter_ms is not None and jitter_ms > params.max_jitter_ms:
        said = f"the jitter is {jitter_ms:.1f} ms, more than {params.max_jitter_ms:g} ms"
        fault = Reason.SLOW, Blame.PATH, said
    fault = fault or _late_or_slow(rtt_ms, params.slow_ms, timeout_ms)
    ip = test.address or None
    return _told(fault, ttfb_ms=rtt_ms, total_ms=rtt_ms, ip=ip, extra=extra)


def _too_late(ms: float | None, timeout_ms: int) -> Fault | None:
    if ms is None or ms <= timeout_ms:
        return None
    return Reason.TIMEOUT, Blame.PATH, f"the answer took {ms:.0f} ms, more than {timeout_ms} ms"


def _late_or_slow(ms: float | None, slow_ms: float | None, timeout_ms: int) -> Fault | None:
    late = _too_late(ms, timeout_ms)
    if late is None and ms is not None and slow_ms is not None and ms > slow_ms:
        return Reason.SLOW, Blame.TARGET, f"the look took {ms:.0f} ms, more than {slow_ms:g} ms"
    return late


def _told(fault: Fault | None, **measured: Any) -> Outcome:
    if fault is None:
        return success(**measured)
    reason, blame, sentence = fault
    return failure(reason, sentence, blame=blame, **measured)


_READERS: Final[Mapping[type[CheckParams], Callable[[Test, Any, int], Outcome]]] = {
    HttpParams: _http,
    DnsParams: _dns,
    IcmpParams: _icmp,
}
