"""The fewest faults by which a run still breaks what it broke: groups of them are left out for as
long as that goes (ddmin; Zeller and Hildebrandt, 2002).
"""

from collections.abc import Callable, Sequence

from tests.simulation.faults import Fault

Breaks = Callable[[Sequence[Fault]], bool]


def shrunk(
    faults: Sequence[Fault], breaks: Breaks, say: Callable[[str], None], most: int = 200
) -> list[Fault]:
    """A part of these faults that still breaks it, from which none can be left out; after so many
    runs at most, then one may be in it that could.
    """
    left, parts, runs = list(faults), 2, 0
    while len(left) > 1 and runs < most:
        size = -(-len(left) // parts)
        for begin in range(0, len(left), size):
            fewer = left[:begin] + left[begin + size :]
            runs += 1
            if fewer and breaks(fewer):
                left, parts = fewer, max(2, parts - 1)
                say(f"{len(left)} faults left")
                break
        else:
            if size == 1:
                break
            parts = min(len(left), 2 * parts)
    return left
