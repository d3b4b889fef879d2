"""One visit to an HTTP endpoint: exchanges along the redirects, added up and judged."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from worker.contract.instant import rfc3339
from worker.contract.outcome import Blame, Outcome, Reason
from worker.probes import certificate
from worker.probes.expect import Expect, body_fault, header_fault, status_fault
from worker.probes.request import Answer, Request
from worker.probes.vantage import Look

Fault = tuple[Reason, Blame, str]
_LONGEST: Final = 4096
"""Characters of an address that a target may send us to."""
_WELL: Final[Fault] = (Reason.OK, Blame.NONE, "")
_EDGE: Final = re.compile(rb"^(cf-ray|x-amz-cf-pop|via|x-served-by):[ \t]*([\x20-\x7e]{1,120})", re.I | re.M)
"""Headers that say which edge of a network answered."""


class Visit:
    """Makes a request and follows where it leads, at most `redirects` times."""

    __slots__ = ("_answers", "_expect", "_look", "_redirects", "_slow_ms")

    def __init__(self, look: Look, expect: Expect, redirects: int, slow_ms: int | None) -> None:
        self._look = look
        self._expect = expect
        self._redirects = redirects
        self._slow_ms = slow_ms
        self._answers: list[Answer] = []

    async def make(self, request: Request) -> Outcome:
        """The outcome of the whole visit."""
        from worker.probes.curl.exchange import exchange  # late: only a look needs libcurl

        first = request
        while True:
            answer = await exchange(request, self._look)
            self._answers.append(answer)
            if answer.code or answer.redirect_url is None or not self._follows(answer):
                fault = self._fault(answer)
                break
            if not followable(answer.redirect_url):
                fault = Reason.PROTOCOL, Blame.TARGET, "the target redirects to what is not an HTTP address"
                break
            request = redirected(first, request, answer)
        if fault is not _WELL or self._look.tracing:
            self._trace()
        return self._outcome(request, answer, fault)

    def _follows(self, answer: Answer) -> bool:
        wanted = self._expect.codes is not None and answer.status in self._expect.codes
        return not wanted and len(self._answers) <= self._redirects

    def _fault(self, answer: Answer) -> Fault:
        if answer.code:
            from worker.probes.curl.faults import fault as fault_of

            return fault_of(answer, self._look.timeout_ms)
        expect = self._expect
        fault = status_fault(expect, answer.status, follows=self._redirects > 0)
        if fault is None and expect.headers:
            fault = header_fault(expect, answer.headers)
        if fault is None and expect.reads_body:
            fault = body_fault(expect, answer.body, cut=answer.cut)
        if fault is None and self._slow_ms is not None and (total := self._sum("total_ms") or 0.0) > self._slow_ms:
            fault = (Reason.SLOW, Blame.TARGET, f"the answer took {total:.0f} ms, more than {self._slow_ms} ms")
        return fault or _WELL

    def _outcome(self, request: Request, answer: Answer, fault: Fault) -> Outcome:
        reason, blame, sentence = fault
        return Outcome(
            reason is Reason.OK,
            reason,
            blame,
            sentence,
            answer.status or None,
            self._sum("dns_ms"),
            self._sum("connect_ms"),
            self._sum("tls_ms"),
            self._sum("ttfb_ms"),
            self._sum("total_ms"),
            answer.ip,
            self._extra(request, answer),
        )

    def _sum(self, phase: str) -> float | None:
        if len(self._answers) == 1:
            value: float | None = getattr(self._answers[0], phase)
            return value
        values = [value for answer in self._answers if (value := getattr(answer, phase)) is not None]
        return round(sum(values), 3) if values else None

    def _extra(self, request: Request, answer: Answer) -> dict[str, Any]:
        extra: dict[str, Any] = {}
        if answer.http_version is not None:
            extra["http_version"] = answer.http_version
        for name, value in _EDGE.findall(b"".join(answer.lines)):
            extra[name.decode("ascii").lower()] = value.decode("ascii").strip()
        if len(self._answers) > 1:
            extra["redirects"] = len(self._answers) - 1
            extra["final_url"] = shown(request.url)
        if answer.certificate_expires is not None:
            expires = certificate.expires_at(answer.certificate_expires)
            if expires is not None:
                extra["certificate_expires_at"] = rfc3339(expires)
        return extra

    def _trace(self) -> None:
        """Note when each phase of each exchange ended; libcurl tells them only afterwards."""
        began_ms = 0.0
        for answer in self._answers:
            for at_ms, what in _steps(answer):
                self._look.step(what, at_ms=began_ms + at_ms)
            began_ms += answer.total_ms


def _steps(answer: Answer) -> Iterator[tuple[float, str]]:
    at_ms = 0.0
    for phase, what in (
        (answer.dns_ms, "name resolved"),
        (answer.connect_ms, f"connected to {answer.ip}"),
        (answer.tls_ms, "TLS established"),
        (answer.ttfb_ms, f"status {answer.status}"),
    ):
        if phase is not None:
            at_ms += phase
            yield at_ms, what
    if answer.code:
        yield answer.total_ms, f"failed: {answer.words}"
    elif answer.redirect_url is not None:
        yield answer.total_ms, f"redirected to {shown(answer.redirect_url)}"
    else:
        yield answer.total_ms, f"body read, {len(answer.body)} bytes"


def redirected(first: Request, last: Request, answer: Answer) -> Request:
    """The request that a redirect asks for. What the user gave us goes to the origin that it was meant for only."""
    url = answer.redirect_url or last.url
    same = origin(url) == origin(first.url)
    becomes_get = last.method != "HEAD" and (
        answer.status == 303 or (answer.status in (301, 302) and last.method == "POST") or not same
    )
    return replace(
        last,
        url=url,
        method="GET" if becomes_get else last.method,
        headers=first.headers if same else (),
        body=None if becomes_get or not same else last.body,
    )


def followable(url: str) -> bool:
    """Whether a redirect leads to an HTTP address that can be read."""
    try:
        parts = urlsplit(url)
        _ = parts.port, (parts.hostname or "").encode("idna")  # both raise ValueError for what cannot be meant
    except ValueError:
        return False
    return url.isascii() and len(url) <= _LONGEST and parts.scheme in ("http", "https") and bool(parts.hostname)


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port of a URL."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def shown(url: str) -> str:
    """A URL as it may be shown: without user, query and fragment, where secrets live."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that cannot be read"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:200]
