"""What a vendor itself says of its incidents, on its status page or in its feed.

A look is ok when the vendor was heard, whether or not it says that anything is wrong. `extra.incidents` tells what it
says: id, status, impact, when it began as the vendor claims, when the vendor first published it, the latest update,
components (`components` maps the vendor's names to ours) and regions. A wall against bots, an empty feed or anything
that makes no sense is not heard: the look fails, `extra.heard` is false, and nothing follows from it.

These looks do not vote on how the component is. A page that did not change is not sent again (ETag, Last-Modified).
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any, Final

from worker.contract.clock import now
from worker.contract.instant import Instant
from worker.contract.kind import Kind
from worker.contract.outcome import Blame, Outcome, Reason, failure
from worker.probes.request import Answer, Request
from worker.probes.secret import SecretError, reveal
from worker.probes.vantage import Look
from worker.probes.vendor_status import aws, feed, google_ai, google_cloud, statuspage
from worker.probes.vendor_status.incident import UnheardError, VendorIncident
from worker.probes.vendor_status.pages import Heard, Pages, digest
from worker.probes.vendor_status.params import VendorStatusParams
from worker.probes.visit import followable, redirected, steps_of

BODY_LIMIT: Final = 16 << 20
REDIRECTS: Final = 3
SHOWN: Final = 10
"""Incidents of one result."""
SHOWN_BYTES: Final = 9_000
"""A report takes rows of 16 kB."""
_HOUR_MS: Final = 3_600_000
_WALLS: Final = frozenset({401, 403, 405, 406, 429})


async def run(params: VendorStatusParams, look: Look) -> Outcome:
    """Ask for the page if it changed, and tell what it says."""
    pages, key = look.vantage.memory(Pages), (params.provider, params.address)
    known = pages.last(key)
    try:
        request = _request(params, known)
    except SecretError as error:
        return failure(Reason.INTERNAL, str(error), blame=Blame.PROBER, extra={"heard": False})
    answer = await _answer(request, look)
    for at_ms, what in steps_of(answer):
        look.step(what, at_ms=at_ms)
    try:
        if (fault := _fault(answer, known, look)) is not None:
            return _unheard(answer, *fault)
        changed = known is None or (answer.status == 200 and digest(answer.body) != known.digest)
        incidents = _read(params, answer.body) if changed or known is None else known.incidents
    except UnheardError as error:
        return _unheard(answer, Reason.CONTENT, f"not heard: {error}")
    if answer.status == 200:
        pages.keep(key, answer, incidents)
    return _heard(answer, params, incidents, changed=changed)


def _request(params: VendorStatusParams, known: Heard | None) -> Request:
    asks = params.provider == "google_ai"
    headers = {"accept": "application/json, application/rss+xml, application/atom+xml, */*;q=0.5"}
    headers |= google_ai.HEADERS if asks else {}
    headers |= known.conditions() if known is not None else {}
    headers |= {name.lower(): reveal(text) for name, text in params.headers.items()}
    return Request(
        params.address,
        method="POST" if asks else "GET",
        headers=tuple(f"{name}: {value}".encode() for name, value in headers.items()),
        body=google_ai.ASK if asks else None,
        body_limit=BODY_LIMIT,
        ip_version=params.ip_version,
        compressed=True,
    )


async def _answer(request: Request, look: Look) -> Answer:
    from worker.probes.curl.exchange import exchange  # late: only a look needs libcurl

    first = request
    answer = await exchange(request, look)
    for _ in range(REDIRECTS):
        if answer.code or answer.redirect_url is None or not followable(answer.redirect_url):
            break
        request = redirected(first, request, answer)
        answer = await exchange(request, look)
    return answer


def _fault(answer: Answer, known: Heard | None, look: Look) -> tuple[Reason, str, Blame] | None:
    """Why nothing was heard, before the content is read; None when it can be read."""
    if answer.code:
        from worker.probes.curl.faults import fault

        reason, blame, sentence = fault(answer, look.timeout_ms)
        return reason, f"not heard: {sentence}", Blame.PATH if blame is Blame.TARGET else blame
    if answer.status == 304 and known is not None:
        return None
    if answer.status in _WALLS:
        wall = f"not heard: status {answer.status}: a wall does not let this worker read the page"
        return Reason.BLOCKED, wall, Blame.PROBER
    if answer.status != 200:
        return Reason.STATUS, f"not heard: status {answer.status}", Blame.PROBER
    if answer.cut:
        return Reason.CONTENT, f"not heard: the answer is longer than {BODY_LIMIT >> 20} MiB", Blame.PROBER
    return None


def _read(params: VendorStatusParams, body: bytes) -> tuple[VendorIncident, ...]:
    reader = {
        "statuspage": statuspage.read,
        "incident_io": statuspage.read,
        "google_cloud": google_cloud.read,
        "google_ai": google_ai.read,
        "aws": aws.read,
    }.get(params.provider, partial(feed.read, may_be_empty=params.may_be_empty, otherwise=_otherwise(params)))
    return tuple(reader(body))


def _otherwise(params: VendorStatusParams) -> str:
    """The status of an item of a feed that tells none: Azure's feed holds only what goes on."""
    return "active" if params.provider == "azure" else ""


def _unheard(answer: Answer, reason: Reason, sentence: str, blame: Blame = Blame.PROBER) -> Outcome:
    """A page that was not heard says nothing of its vendor, so the vendor is not to blame."""
    return replace(_measured(answer, {"heard": False}), ok=False, reason=reason, blame=blame, detail=sentence)


def _heard(
    answer: Answer, params: VendorStatusParams, incidents: tuple[VendorIncident, ...], *, changed: bool
) -> Outcome:
    wanted = sorted(_wanted(params, incidents, now()), key=lambda i: (i.is_open, i.moved_at), reverse=True)
    told = _fitting([incident.to_extra(params.mapping) for incident in wanted[:SHOWN]])
    open_now = sum(incident.is_open for incident in wanted)
    extra: dict[str, Any] = {"heard": True, "changed": changed, "open": open_now, "incidents": told}
    if len(told) < len(wanted):
        extra["left_out"] = len(wanted) - len(told)
    return replace(_measured(answer, extra), detail=f"heard: {open_now} open of {len(wanted)} recent incidents")


def _wanted(params: VendorStatusParams, incidents: Iterable[VendorIncident], at: Instant) -> Iterable[VendorIncident]:
    """The incidents that are asked for, and are open or were not long ago."""
    since = at - params.hours * _HOUR_MS
    sought = [text.casefold() for text in params.only]
    for incident in incidents:
        said = "\n".join((incident.title, *incident.components, *incident.regions)).casefold()
        if (incident.is_open or incident.moved_at >= since) and (not sought or any(text in said for text in sought)):
            yield incident


def _fitting(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first ones, as many as fit into a result."""
    room = SHOWN_BYTES
    for number, incident in enumerate(told):
        room -= len(json.dumps(incident, ensure_ascii=False).encode())
        if room < 0:
            return told[:number]
    return told


def _measured(answer: Answer, extra: dict[str, Any]) -> Outcome:
    return Outcome(
        True,
        Reason.OK,
        Blame.NONE,
        "",
        answer.status or None,
        answer.dns_ms,
        answer.connect_ms,
        answer.tls_ms,
        answer.ttfb_ms,
        answer.total_ms,
        answer.ip,
        extra,
    )


KIND: Final[Kind[Any]] = Kind("vendor_status", VendorStatusParams, run)
