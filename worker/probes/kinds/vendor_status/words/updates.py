"""The updates in the text of a feed's item, and when each was written. Pure.

Vendors write several into one text, the newest first or last, each with a status in front:
`Sep 10, 04:00 PDT Resolved - This incident has been resolved.` Status pages leave the year out.
"""

import html
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from worker.contract.instant import Instant
from worker.probes.kinds.vendor_status.words.saying import RANKS, labelled

LONGEST: Final = 65_536
"""Characters of a text that are read."""
_BLOCK: Final = re.compile(
    r"</?(?:p|br|div|li|ul|ol|tr|td|table|hr|h[1-6]|section|article)\b[^<>]*>", re.I
)
_TAG: Final = re.compile(r"<[^<>]*>")
_MONTHS: Final = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_NAME: Final = rf"(?P<month>{_MONTHS})[a-z]*\.?"
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR: Final = r"(?:,?\s+(?P<year>\d{4}))?"
_TIME: Final = (
    r"[\s,@]*(?:-|–|at)?\s*"  # noqa: RUF001
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::\d\d(?:\.\d+)?)?(?:\s*(?P<half>[ap])\.?m\b\.?)?"
    r"(?:\s*\(?(?P<zone>z\b|(?:utc|gmt)?[+-]\d\d?:?(?:\d\d)?|[a-z]{2,5}\b))?\)?"
)
_MOMENT: Final = tuple(
    re.compile(rf"(?<![\w.]){date}{_TIME}", re.I)
    for date in (
        rf"{_NAME}\s+{_DAY}{_YEAR}",
        rf"{_DAY}\.?\s+{_NAME}{_YEAR}",
        r"(?P<year>\d{4})[-/](?P<number>\d\d)[-/](?P<day>\d\d)T?",
    )
)
_HOURS: Final = {
    **dict.fromkeys(("utc", "gmt", "ut", "z", "wet"), 0.0),
    "ast": -4.0,
    "adt": -3.0,
    "est": -5.0,
    "edt": -4.0,
    "et": -5.0,
    "cst": -6.0,
    "cdt": -5.0,
    "ct": -6.0,
    "mst": -7.0,
    "mdt": -6.0,
    "pst": -8.0,
    "pdt": -7.0,
    "pt": -8.0,
    "akst": -9.0,
    "hst": -10.0,
    "brt": -3.0,
    "bst": 1.0,
    "west": 1.0,
    "cet": 1.0,
    "cest": 2.0,
    "eet": 2.0,
    "eest": 3.0,
    "msk": 3.0,
    "gst": 4.0,
    "ist": 5.5,
    "sgt": 8.0,
    "hkt": 8.0,
    "awst": 8.0,
    "jst": 9.0,
    "kst": 9.0,
    "aest": 10.0,
    "aedt": 11.0,
    "nzst": 12.0,
    "nzdt": 13.0,
}
"""Hours ahead of UTC, as status pages mean these names; any other is taken for UTC."""
_OFFSET: Final = re.compile(r"(?:utc|gmt)?(?P<sign>[+-])(?P<hours>\d\d?):?(?P<minutes>\d\d)?", re.I)
_HALVES: Final = {None: (0, 24), "a": (0, 12), "p": (12, 12)}
_AROUND: Final = " -–—:,.()[]|"  # noqa: RUF001
Line = tuple[Instant | None, str]
"""What a line tells: a moment, a status, or both."""
_NOTHING: Final[Line] = (None, "")


def newest_status(text: str, near: Instant) -> str:
    """The status of the newest update in a text; empty when none has any. `near` is a moment of
    about that time.

    Without moments, the first or the last is the newest: the one that is further on.
    """
    updates = _updates([*_told(text, near)])
    dated = all(at is not None for at, _ in updates)
    among = updates if dated else updates[:1] + updates[-1:]
    return max(among, key=lambda one: (dated * (one[0] or 0), _rank(one[1])), default=_NOTHING)[1]


def _updates(lines: list[Line]) -> list[Line]:
    """The updates in order. The moment stands in the line of the status, or alone in the one before
    or, where a text begins with a status, in the one behind.
    """
    beside = [_NOTHING, *lines] if lines and not lines[0][1] else [*lines[1:], _NOTHING]
    return [
        (at if at is not None or next_to[1] else next_to[0], status)
        for (at, status), next_to in zip(lines, beside, strict=False)
        if status
    ]


def _rank(status: str) -> int:
    return RANKS.get(status, 0)


def _told(text: str, near: Instant) -> Iterator[Line]:
    """The lines that tell a status, or nothing but a moment."""
    marked = _TAG.sub(" ", _BLOCK.sub("\n", text[:LONGEST]))
    for line in html.unescape(marked).splitlines():
        at, rest = _dated(" ".join(line.split()), near)
        status = labelled(rest)
        if status or (at is not None and not rest):
            yield at, status


def _dated(line: str, near: Instant) -> tuple[Instant | None, str]:
    """The moment in a line, and the line without it."""
    found = next(filter(None, (form.search(line[:200]) for form in _MOMENT)), None)
    if found is None:
        return None, line
    rest = f"{line[: found.start()].strip(_AROUND)} {line[found.end() :].lstrip(_AROUND)}"
    return _moment(found.groupdict(), near), rest.strip()


def _moment(parts: Mapping[str, Any], near: Instant) -> Instant | None:
    """The moment that is nearest, when the year is not told; None when there is none such."""
    base = datetime.fromtimestamp(near / 1000, UTC).year
    years = [int(parts["year"])] if parts["year"] else [base - 1, base, base + 1]
    moments = filter(None, (_in_year(year, parts) for year in years))
    return min(moments, key=lambda at: abs(at - near), default=None)


def _in_year(year: int, parts: Mapping[str, Any]) -> Instant | None:
    month = int(parts.get("number") or _MONTHS.index(parts.get("month", "jan").lower()) // 4 + 1)
    more, circle = _HALVES[parts["half"] and parts["half"].lower()]
    hour = int(parts["hour"]) % circle + more
    try:
        there = datetime(
            year, month, int(parts["day"]), hour, int(parts["minute"]), tzinfo=_zone(parts["zone"])
        )
        return int(there.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def numeric(name: str) -> str | None:
    """A zone's name as mail writes its offset, `+0200`; None for one that is not known here."""
    hours = _HOURS.get(name.lower())
    if hours is None:
        return None
    return f"{'-' if hours < 0 else '+'}{int(abs(hours)):02d}{int(abs(hours) % 1 * 60):02d}"


def _zone(name: str | None) -> timezone:
    offset = _OFFSET.fullmatch(name or "")
    if offset is None:
        return timezone(timedelta(hours=_HOURS.get((name or "").lower(), 0.0)))
    hours, minutes = int(offset["hours"]), int(offset["minutes"] or 0)
    return timezone(timedelta(minutes=int(f"{offset['sign']}{hours * 60 + minutes}")))
