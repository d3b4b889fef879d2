"""Durations as people write them (`500ms`, `30s`, `5m`, `1h30m`) and as the product counts them:
milliseconds.
"""

import re
from typing import Any, Final

_UNITS: Final = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
PATTERN: Final = r"^([0-9]+(\.[0-9]+)?(ms|s|m|h|d))+$"
_WHOLE = re.compile(PATTERN)
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)")


def milliseconds(text: Any) -> int:
    """The whole milliseconds that a duration names; ValueError with a sentence when it names
    none.
    """
    if not isinstance(text, str) or not _WHOLE.match(text):
        raise ValueError(
            f"{text!r} is not a duration; write a number with its unit, such as 30s, 5m or 500ms"
        )
    total = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    if not 0 < total < 1e12:
        raise ValueError(
            f"{text!r} is not a usable duration; write something longer than 0 and shorter than"
            " years"
        )
    return max(1, round(total))


def readable(amount_ms: int) -> str:
    """The shortest usual text of a duration: 90000 is `90s`, 300000 is `5m`."""
    for unit in ("d", "h", "m", "s"):
        if (
            amount_ms
            and amount_ms % _UNITS[unit] == 0
            and (unit != "m" or amount_ms >= 2 * _UNITS[unit])
        ):
            return f"{amount_ms // _UNITS[unit]}{unit}"
    return f"{amount_ms}ms"
