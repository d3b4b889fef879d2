"""One visit to an HTTP endpoint: exchanges along the redirects, added up and judged."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from worker.contract.clock import now
from worker.contract.instant import rfc3339
from worker.contract.outcome import Blame, Fault, Outcome, Reason
from worker.probes.http import retry_after
from worker.probes.http.answers import edge
from worker.probes.http.answers.expect import Expect
from worker.probes.http.answers.judging import answer_fault, status_fault
from worker.probes.http.redirect import FOLLOWED, followable, redirected, shown
from worker.probes.http.request import Answer, Request
from worker.probes.look.slow import SlowLimits, slow_fault
from worker.probes.look.vantage import Look
from worker.probes.tls import certificate

if TYPE_CHECKING:
    from worker.probes.http.cookies import Cookies

_WELL: Final[Fault] = (Reason.OK, Blame.NONE, "")
PHASES: Final = ("dns_ms", "connect_ms", "tls_ms", "ttfb_ms", "total_ms")


@dataclass(frozen=True, slots=True)
class Demands:
    """What the answer to a visit is judged by. `says_who_we_are`: the request holds credentials."""

    expect: Expect
    redirects: int
    limits: SlowLimits | None = None
    says_who_we_are: bool = False


class Visit:
    """Makes a request and follows where it leads, as far as its demands say."""

    __slots__ = ("_cookies", "_demands", "_hops", "_look", "_noted")

    def __init__(self, look: Look, demands: Demands) -> None:
        self._look = look
        self._demands = demands
        self._hops: list[tuple[Request, Answer]] = []
        self._noted: Mapping[str, str] = {}
        self._cookies: Cookies | None = None

    @property
    def answers(self) -> Sequence[Answer]:
        """The answers so far, one an exchange; the last one is the one that was judged."""
        return [answer for _, answer in self._hops]

    async def make(self, request: Request) -> Outcome:
        """The outcome of the whole visit."""
        from worker.probes.http.curl.exchange import exchange  # late: only a look needs libcurl

        first = request
        while True:
            answer = await exchange(request, self._look)
            self._hops.append((request, answer))
            if answer.code or answer.redirect_url is None or not self._follows(answer):
                fault = self._fault(request, answer)
                break
            if not followable(answer.redirect_url):
                fault = (
                    Reason.PROTOCOL,
                    Blame.TARGET,
                    "the target redirects to what is not an HTTP address",
                )
                break
            request = self._with_cookies(redirected(first, request, answer), request, answer)
        if fault is not _WELL or self._look.tracing:
            self._trace()
        return self._outcome(request, answer, fault)

    def _with_cookies(self, request: Request, last: Request, answer: Answer) -> Request:
        """The request with what the target set on the way, unless the user brings cookies of their
        own.
        """
        if self._cookies is None and any(
            line[:11].lower() == b"set-cookie:" for line in answer.lines
        ):
            from worker.probes.http.cookies import Cookies  # late: few redirects set any

            self._cookies = Cookies()
        if self._cookies is None:
            return request
        self._cookies.take(last.url, answer.lines)
        line = self._cookies.line(request.url)
        if line is None or any(header[:7].lower() == b"cookie:" for header in request.headers):
            return request
        return replace(request, headers=(*request.headers, line))

    def _follows(self, answer: Answer) -> bool:
        codes = self._demands.expect.codes
        wanted = codes is not None and answer.status in codes
        return not wanted and len(self._hops) <= self._demands.redirects

    def _fault(self, request: Request, answer: Answer) -> Fault:
        if answer.lines:
            self._noted = edge.noted(answer.lines)
        demands = self._demands
        if answer.code:
            from worker.probes.http.curl.faults import fault as fault_of

            broken = fault_of(answer, self._look.timeout_ms)
            return self._decided(answer, broken) or broken
        fault = _version_fault(request, answer) or self._judged(answer)
        if fault is None and demands.limits is not None:
            fault = slow_fault(demands.limits, _took(self._whole(answer)))
        return fault or _WELL

    def _judged(self, answer: Answer) -> Fault | None:
        demands = self._demands
        return answer_fault(
            demands.expect,
            answer,
            self._noted,
            follows=demands.redirects > 0,
            credentials=demands.says_who_we_are,
        )

    def _decided(self, answer: Answer, broken: Fault) -> Fault | None:
        """What an unexpected status says, although the rest of the answer did not come; None when
        the rest would have decided, as where a redirect leads.
        """
        follows, expect = self._demands.redirects > 0, self._demands.expect
        if answer.status < 200 or (follows and answer.half_head and answer.status in FOLLOWED):
            return None
        if status_fault(expect, answer.status, follows=follows) is None:
            return None
        reason, blame, sentence = self._judged(answer) or broken
        return reason, blame, f"{sentence}; {broken[2]}"

    def _outcome(self, request: Request, answer: Answer, fault: Fault) -> Outcome:
        reason, blame, sentence = fault
        whole = self._whole(answer)
        return Outcome(
            reason is Reason.OK,
            reason,
            blame,
            sentence,
            answer.status or None,
            whole.dns_ms,
            whole.connect_ms,
            whole.tls_ms,
            whole.ttfb_ms,
            whole.total_ms,
            answer.ip,
            self._extra(request, answer),
        )

    def _whole(self, last: Answer) -> Answer:
        """The last answer, with the phases of all exchanges added up."""
        if len(self._hops) == 1:
            return last
        phases: dict[str, Any] = {phase: added_up(self.answers, phase) for phase in PHASES}
        return replace(last, **phases)

    def _extra(self, request: Request, answer: Answer) -> dict[str, Any]:
        extra: dict[str, Any] = {}
        if answer.http_version is not None:
            extra["http_version"] = answer.http_version
        if answer.ip is not None:
            extra["ip_version"] = "6" if ":" in answer.ip else "4"
        if self._noted:
            extra |= told(answer, self._noted)
        if len(self._hops) > 1:
            extra["redirects"] = len(self._hops) - 1
            extra["final_url"] = shown(request.url)
            extra["hops"] = [_hop(*hop) for hop in self._hops]
        if request.reuse:
            extra["warm"] = answer.warm
        if answer.proxy is not None:
            extra["proxy"] = answer.proxy
        if answer.tries > 1:
            extra["tries"] = answer.tries
        if answer.certificate_expires is not None:
            expires = certificate.expires_at(answer.certificate_expires)
            if expires is not None:
                extra["certificate_expires_at"] = rfc3339(expires)
        return extra

    def _trace(self) -> None:
        """Note when each phase of each exchange ended; libcurl tells them only afterwards."""
        began_ms = 0.0
        for _, answer in self._hops:
            for at_ms, what in steps_of(answer):
                self._look.step(what, at_ms=began_ms + at_ms)
            began_ms += answer.total_ms


def told(answer: Answer, noted: Mapping[str, str], *, failed: bool = False) -> dict[str, Any]:
    """What an answer's headers of note say of the edge, and of how long we should stay away when it
    `failed`, as statuses from 400 on do.
    """
    extra = edge.extra_of(noted)
    if (failed or answer.status >= 400) and (wait := noted.get("retry-after")) is not None:
        wait_s = retry_after.seconds(wait, answer.headers.get("date"), now())
        if wait_s is not None:
            extra["retry_after_s"] = wait_s
    return extra


def added_up(measured: Iterable[Any], phase: str) -> float | None:
    """Milliseconds of a phase over several answers or outcomes; None when it happened in none."""
    values = [value for one in measured if (value := getattr(one, phase)) is not None]
    return round(sum(values), 3) if values else None


def _took(answer: Answer) -> dict[str, float | None]:
    """Milliseconds by phase; the body takes what the other phases leave."""
    took: dict[str, float | None] = {
        phase.removesuffix("_ms"): getattr(answer, phase) for phase in PHASES
    }
    took["body"] = answer.total_ms - sum(
        took[phase] or 0.0 for phase in ("dns", "connect", "tls", "ttfb")
    )
    return took


def _version_fault(request: Request, answer: Answer) -> Fault | None:
    """An answer in another version of HTTP than the one that was asked for."""
    if request.http_version in ("auto", answer.http_version) or answer.http_version is None:
        return None
    return (
        Reason.PROTOCOL,
        Blame.TARGET,
        f"the target speaks HTTP/{answer.http_version}, not HTTP/{request.http_version}",
    )


def _hop(request: Request, answer: Answer) -> dict[str, Any]:
    """One exchange of a visit that took several."""
    hop: dict[str, Any] = {
        "url": shown(request.url),
        "status": answer.status or None,
        "ip": answer.ip,
    }
    return hop | {phase: value for phase in PHASES if (value := getattr(answer, phase)) is not None}


def steps_of(answer: Answer) -> Iterator[tuple[float, str]]:
    """When each phase of an exchange ended, in milliseconds since it began, and what is to say of
    it.
    """
    at_ms = 0.0
    version = f" over HTTP/{answer.http_version}" if answer.http_version else ""
    for phase, what in (
        (
            answer.dns_ms,
            f"name resolved to {', '.join(answer.addresses)}"
            if answer.addresses
            else "name resolved",
        ),
        (answer.connect_ms, f"connected to {answer.proxy or answer.ip}"),
        (answer.tls_ms, "TLS established"),
        (answer.ttfb_ms, f"status {answer.status}{version}"),
    ):
        if phase is not None:
            at_ms += phase
            yield at_ms, what
    if answer.code:
        yield answer.total_ms, f"failed: {answer.words}"
    elif answer.redirect_url is not None:
        yield answer.total_ms, f"redirected to {shown(answer.redirect_url)}"
    else:
        size = f"{len(answer.body)} bytes"
        yield (
            answer.total_ms,
            f"body read up to its limit, {size}" if answer.cut else f"body read, {size}",
        )
