"""Reads one cloud's own incident list (JSON): begin, end, publication, and the locations that each
update named.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from coordinator.evaluation.simulator.records.locations import Reach, located
from coordinator.evaluation.simulator.records.record import (
    EVERY_PRODUCT,
    ReachSpan,
    Record,
    UnusableRecordError,
    headline,
)
from coordinator.evaluation.simulator.records.symptoms import only_slow, stated_share
from worker.contract.instant import Instant, parse_rfc3339

VENDOR: Final = "GCP"


def read_incident(entry: Mapping[str, Any]) -> Record:
    """The record of one incident; UnusableRecordError when it says too little."""
    begin, end = _time(entry, "begin"), _time(entry, "end")
    if end <= begin:
        raise UnusableRecordError("it ends before it begins")
    title = str(entry.get("external_desc") or "")
    reach_spans = tuple(_reach_spans(entry, begin, title))
    if not reach_spans:
        raise UnusableRecordError("it names no location")
    told = " ".join(
        [title, *(str(update.get("text") or "") for update in entry.get("updates") or ())]
    )
    products = len(entry.get("affected_products") or ()) or 1
    return Record(
        f"{VENDOR}:{entry.get('number') or entry.get('id')}",
        headline(title),
        end - begin,
        reach_spans,
        EVERY_PRODUCT if "multiple services" in title.lower() else products,
        stated_share(told),
        only_slow(title),
        max(0, _time(entry, "created") - begin) if entry.get("created") else None,
    )


def _reach_spans(entry: Mapping[str, Any], begin: Instant, title: str) -> Iterator[ReachSpan]:
    """What each update named, oldest first. What the first one named was so from the beginning."""
    last: Reach | None = None
    updates = sorted(entry.get("updates") or (), key=lambda update: _time(update, "created"))
    for update in updates:
        codes = " ".join(
            str(location.get("id")) for location in update.get("affected_locations") or ()
        )
        reach = located(codes)
        if reach and reach != last:
            yield ReachSpan(max(0, _time(update, "created") - begin) if last else 0, reach)
            last = reach
    if last is None and (reach := located(title)):
        yield ReachSpan(0, reach)


def _time(entry: Mapping[str, Any], name: str) -> Instant:
    text = entry.get(name)
    if not isinstance(text, str):
        raise UnusableRecordError(f"it has no {name}")
    try:
        return parse_rfc3339(text)
    except ValueError:
        raise UnusableRecordError(f"its {name} is no time") from None
