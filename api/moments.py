"""Moments as people write them in a query: RFC 3339, or how long ago, such as `10m`."""

import re
from typing import Final

from worker.contract.instant import Instant, parse_rfc3339

_UNIT_MS: Final = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_AGO: Final = re.compile(r"([0-9]{1,9})([smhdw])")
_LONGEST_MS: Final = 100 * 366 * _UNIT_MS["d"]

FORM: Final = "write a time such as 2026-03-01T14:32:07Z, or how long ago: 90s, 10m, 2h, 3d, 1w"


def moment(text: str, now: Instant) -> Instant:
    """The instant that the text means at `now`; ValueError with a sentence when it means none."""
    ago = _AGO.fullmatch(text)
    if ago:
        length = int(ago[1]) * _UNIT_MS[ago[2]]
        if length > _LONGEST_MS:
            raise ValueError(f"{text!r} is more than a hundred years ago")
        return now - length
    try:
        return parse_rfc3339(text)
    except (ValueError, OverflowError):
        raise ValueError(f"{text[:40]!r} is not a moment; {FORM}") from None
