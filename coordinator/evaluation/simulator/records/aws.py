"""Reads another cloud's archive (JSON): a date of publication, prose with the times, and the region
in a name.
"""

from collections.abc import Mapping
from typing import Any, Final

from coordinator.evaluation.simulator.records.clock import told_span
from coordinator.evaluation.simulator.records.locations import Reach, located
from coordinator.evaluation.simulator.records.record import (
    ReachSpan,
    Record,
    UnusableRecordError,
    headline,
)
from coordinator.evaluation.simulator.records.symptoms import only_slow, stated_share

VENDOR: Final = "AWS"


def read_event(entry: Mapping[str, Any]) -> Record:
    """The record of one event; UnusableRecordError when it says too little."""
    published, service = str(entry.get("date") or ""), str(entry.get("service") or "")
    if not published.isdecimal():
        raise UnusableRecordError("its date is no time")
    text, summary = str(entry.get("description") or ""), str(entry.get("summary") or "")
    span = told_span(text, int(published) * 1000)
    if span is None:
        raise UnusableRecordError("it does not tell when it began and ended")
    title = summary.removeprefix("[RESOLVED] ")
    return Record(
        f"{VENDOR}:{published}-{service}",
        headline(f"{entry.get('service_name') or service}: {title}"),
        span.end - span.begin,
        # a service without a region is of all regions
        (ReachSpan(0, located(service) or Reach(everywhere=True)),),
        1,
        stated_share(text),
        only_slow(title),
        max(0, int(published) * 1000 - span.begin),
    )
