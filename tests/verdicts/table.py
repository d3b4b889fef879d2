"""Tables as Markdown, and figures as text."""

from collections.abc import Iterator, Sequence
from math import floor, inf, isnan

from tests.verdicts.figures import Part

NOTHING = "–"  # noqa: RUF001
NEVER = "never"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table; all columns but the first stand to the right."""
    yield _line(heads)
    yield _line(["---", *["--:"] * (len(heads) - 1)])
    yield from (_line(row) for row in rows)
    yield ""


def percent(share: float) -> str:
    """A share in whole percent, rounded down: 100 means all."""
    return NOTHING if isnan(share) else f"{floor(100 * share + 1e-9)}"


def part(of: Part) -> str:
    """A share with what it is a share of."""
    return f"{percent(of.share)} % ({of.count} of {of.of})" if of.of else NOTHING


def seconds(value: float) -> str:
    """A time in whole seconds."""
    if isnan(value):
        return NOTHING
    return NEVER if value == inf else f"{value:.0f}"


def number(value: float, places: int = 2) -> str:
    """Any other number."""
    return NOTHING if isnan(value) else f"{value:.{places}f}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """So many of something."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _line(words: Sequence[str]) -> str:
    return f"| {' | '.join(words)} |"
