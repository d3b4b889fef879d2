"""Names in a sentence."""

from collections.abc import Iterable


def enumerated(names: Iterable[str], joint: str = "and") -> str:
    """`Ireland, Virginia and Tokyo`; nothing of nothing."""
    *most, last = tuple(names) or ("",)
    return f"{', '.join(most)} {joint} {last}" if most else last
