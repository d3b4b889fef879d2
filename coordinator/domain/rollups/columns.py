"""The columns of what is folded, and what can be told of them without arrays."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

PHASES: Final = ("dns_ms", "connect_ms", "tls_ms", "ttfb_ms", "total_ms")
RESULT: Final = ("service", "component", "check", "region", "ok", "reason", "blame", *PHASES)
"""The columns of a result that are folded."""
ROLLUP: Final = (
    "at",
    "check",
    "region",
    "service",
    "component",
    "looks",
    "good",
    "bad",
    "reasons",
    "sketch",
)
"""The columns of a bucket's row."""

Values = Sequence[Any]


def reasons_of(parts: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How often each reason was given in all parts, the most frequent first."""
    total: dict[str, int] = {}
    for part in parts:
        for reason, number in part.items():
            total[reason] = total.get(reason, 0) + int(number)
    return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))
