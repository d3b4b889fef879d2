"""Reads incident reports labelled by people (CSV): start, end, location, symptom. Publication is
not among them.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from coordinator.evaluation.simulator.records.locations import located
from coordinator.evaluation.simulator.records.record import (
    EVERY_PRODUCT,
    ReachSpan,
    Record,
    UnusableRecordError,
    headline,
)
from coordinator.evaluation.simulator.records.symptoms import only_slow, stated_share

_FORMATS: Final = ("%Y-%m-%d %H:%M:%S", "%Y%m%dT%H:%M:%S", "%H:%M")
_DAY: Final = timedelta(days=1)
_CLOCK_ONLY: Final = 1900
"""The year of a clock time without a date."""
_SLOW_ONLY: Final = frozenset({"DELAY", "DEPERF"})


def read_row(row: Mapping[str, str | None], number: int) -> Record:
    """The record of one row; UnusableRecordError when it says too little."""
    begin, end = _time(row, "label_start_time"), _time(row, "label_end_time")
    if end <= begin and begin.year == _CLOCK_ONLY:
        end += _DAY
    if end <= begin:
        raise UnusableRecordError("it ends before it begins")
    reach = located(_said(row, "label_location")) or located(_said(row, "service"))
    if not reach:
        raise UnusableRecordError("it names no location")
    service, symptom = _said(row, "label_service_name"), _said(row, "label_user_symptom")
    return Record(
        f"{_said(row, 'vendor') or 'unknown'}-labelled:{_said(row, '') or f'row-{number}'}",
        headline(f"{service}: {symptom or 'no symptom told'}"),
        round((end - begin) / timedelta(milliseconds=1)),
        (ReachSpan(0, reach),),
        EVERY_PRODUCT if service.lower().startswith("multiple") else 1,
        stated_share(symptom),
        _slow(_said(row, "label_user_symptom_category"), symptom),
        None,
    )


def _slow(categories: str, symptom: str) -> bool:
    named = {name.strip() for name in categories.split(",") if name.strip()}
    return bool(named) and named <= _SLOW_ONLY and only_slow(symptom or "slow")


def _said(row: Mapping[str, str | None], name: str) -> str:
    text = (row.get(name) or "").strip()
    return "" if text == "UNKNOWN" else text


def _time(row: Mapping[str, str | None], name: str) -> datetime:
    text = _said(row, name)
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - start and end are in one zone; only the difference counts
        except ValueError:
            continue
    raise UnusableRecordError("it does not tell when it began and ended")
