"""What a vendor itself says of its incidents, on its status page or in its feed.

A look is ok when the vendor was heard, whether or not it says that anything is wrong.
`extra.incidents` tells what it says: id, status, impact, when it began as the vendor claims, when
the vendor first published it, the latest update, components (`components` maps the vendor's names
to ours) and regions; `extra.maintenance` what it announces: id, title, status, `scheduled_for`,
`scheduled_until` and components. A wall against bots, an empty feed or anything that makes no sense
is not heard: the look fails, `extra.heard` is false, and nothing follows from it.

These looks do not vote on how the component is. A page that did not change is not sent again (ETag,
Last-Modified).
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
from worker.probes.http.answers.expect import Expect
from worker.probes.http.request import Answer, Request
from worker.probes.http.visit import Demands, Visit
from worker.probes.kinds.vendor_status import aws, feed, google_ai, google_cloud, statuspage
from worker.probes.kinds.vendor_status.incident import OVER, UnheardError, VendorIncident
from worker.probes.kinds.vendor_status.pages import Heard, Pages, digest
from worker.probes.kinds.vendor_status.params import VendorStatusParams
from worker.probes.look.vantage import Look
from worker.probes.parameters.header import header_line
from worker.probes.parameters.receiver import web_receiver
from worker.probes.parameters.secret import SecretError, reveal

BODY_LIMIT: Final = 16 << 20
SHOWN: Final = 10
"""Incidents of one result, and announced maintenance of one."""
SHOWN_BYTES: Final = 9_000
"""A report takes rows of 16 kB."""
_HOUR_MS: Final = 3_600_000
_WALLS: Final = frozenset({401, 403, 405, 406})
_FIRST: Final = Demands(Expect(status=(200,)), redirects=3)
_AGAIN: Final = Demands(Expect(status=(200, 304)), redirects=3)


async def run(params: VendorStatusParams, look: Look) -> Outcome:
    """Ask for the page if it changed, and tell what it says."""
    pages, key = look.vantage.memory(Pages), (params.provider, params.address)
    known = pages.last(key)
    try:
        request = _request(params, known)
    except SecretError as error:
        return failure(error.reason, str(error), blame=Blame.PROBER, extra={"heard": False})
    visit = Visit(look, _FIRST if known is None else _AGAIN)
    seen = await visit.make(request)
    answer = visit.answers[-1]
    if not seen.ok:
        return _unheard(seen, *_fault(seen))
    try:
        changed = answer.status == 200 and (known is None or digest(answer.body) != known.digest)
        incidents = _read(params, answer) if changed or known is None else known.incidents
    except UnheardError as error:
        return _unheard(seen, Reason.CONTENT, Blame.PROBER, str(error))
    if answer.status == 200:
        pages.keep(key, answer, incidents)
    return _heard(seen, params, incidents, changed=changed)


def _request(params: VendorStatusParams, known: Heard | None) -> Request:
    asks = params.provider == "google_ai"
    headers = {"accept": "application/json, application/rss+xml, application/atom+xml, */*;q=0.5"}
    headers |= google_ai.HEADERS if asks else {}
    headers |= known.conditions() if known is not None else {}
    to = web_receiver(params.address, params.headers)
    headers |= {name.lower(): reveal(text, to) for name, text in params.headers.items()}
    return Request(
        params.address,
        method="POST" if asks else "GET",
        headers=tuple(header_line(name, value) for name, value in headers.items()),
        body=google_ai.ASK if asks else None,
        body_limit=BODY_LIMIT,
        ip_version=params.ip_version,
        compressed=True,
        skips_redirects=True,
    )


def _fault(seen: Outcome) -> tuple[Reason, Blame, str]:
    """Why nothing was heard, before the content is read."""
    if seen.status_code in _WALLS:
        wall = f"status {seen.status_code}: a wall does not let this worker read the page"
        return Reason.BLOCKED, Blame.PROBER, wall
    if seen.blame is not Blame.TARGET:
        return seen.reason, seen.blame, seen.detail
    answered = seen.status_code or seen.reason is Reason.PROTOCOL
    return seen.reason, Blame.PROBER if answered else Blame.PATH, seen.detail


def _read(params: VendorStatusParams, answer: Answer) -> tuple[VendorIncident, ...]:
    if answer.cut:
        raise UnheardError(f"the answer is longer than {BODY_LIMIT >> 20} MiB")
    reader = {
        "statuspage": statuspage.read,
        "incident_io": statuspage.read,
        "google_cloud": google_cloud.read,
        "google_ai": google_ai.read,
        "aws": aws.read,
    }.get(
        params.provider,
        partial(
            feed.read,
            may_be_empty=params.may_be_empty,
            otherwise=_otherwise(params),
            content_type=answer.headers.get("content-type", ""),
        ),
    )
    return tuple(reader(answer.body))


def _otherwise(params: VendorStatusParams) -> str:
    """The status of an item of a feed that tells none: Azure's feed holds only what goes on."""
    return "active" if params.provider == "azure" else ""


def _unheard(seen: Outcome, reason: Reason, blame: Blame, sentence: str) -> Outcome:
    """A page that was not heard says nothing of its vendor, so the vendor is not to blame."""
    extra: dict[str, Any] = {"heard": False}
    if "retry_after_s" in seen.extra:
        extra["retry_after_s"] = seen.extra["retry_after_s"]
    return replace(
        seen, ok=False, reason=reason, blame=blame, detail=f"not heard: {sentence}", extra=extra
    )


def _heard(
    seen: Outcome,
    params: VendorStatusParams,
    incidents: tuple[VendorIncident, ...],
    *,
    changed: bool,
) -> Outcome:
    wanted = sorted(
        _wanted(params, incidents, now()), key=lambda i: (i.is_open, i.moved_at), reverse=True
    )
    coming = [one.to_maintenance(params.mapping) for one in _announced(params, incidents, now())]
    work = _fitting(coming[:SHOWN], SHOWN_BYTES // 3)
    room = SHOWN_BYTES if not work else SHOWN_BYTES * 2 // 3
    told = _fitting([incident.to_extra(params.mapping) for incident in wanted[:SHOWN]], room)
    open_now = sum(incident.is_open for incident in wanted)
    extra: dict[str, Any] = {"heard": True, "changed": changed, "open": open_now, "incidents": told}
    if params.about == "maintenance" or coming:
        extra["maintenance"] = work
    if len(told) < len(wanted):
        extra["left_out"] = len(wanted) - len(told)
    return replace(
        seen, detail=f"heard: {open_now} open of {len(wanted)} recent incidents", extra=extra
    )


def _wanted(
    params: VendorStatusParams, incidents: Iterable[VendorIncident], at: Instant
) -> Iterable[VendorIncident]:
    """The incidents that are asked for, and are open or were not long ago."""
    since = at - params.hours * _HOUR_MS
    for incident in (one.as_of(at) for one in incidents if not one.is_maintenance):
        lately = incident.is_open or incident.moved_at >= since
        if lately and _is_sought(params, incident):
            yield incident


def _announced(
    params: VendorStatusParams, incidents: Iterable[VendorIncident], at: Instant
) -> list[VendorIncident]:
    """The maintenance that is announced, asked for, and neither over nor called off; the next
    first.
    """
    found = [
        one
        for one in incidents
        if one.is_maintenance
        and (one.scheduled_until or 0) > at
        and one.status.lower() not in OVER
        and _is_sought(params, one)
    ]
    return sorted(found, key=lambda one: one.scheduled_for or 0)


def _is_sought(params: VendorStatusParams, incident: VendorIncident) -> bool:
    said = "\n".join((incident.title, *incident.components, *incident.regions)).casefold()
    return not params.only or any(text.casefold() in said for text in params.only)


def _fitting(told: list[dict[str, Any]], room: int) -> list[dict[str, Any]]:
    """The first ones, as many as fit into so many bytes."""
    for number, incident in enumerate(told):
        room -= len(json.dumps(incident, ensure_ascii=False).encode())
        if room < 0:
            return told[:number]
    return told


KIND: Final[Kind[Any]] = Kind("vendor_status", VendorStatusParams, run)
