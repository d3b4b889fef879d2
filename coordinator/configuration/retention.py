"""How long things are kept, each level for itself, from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Final

from coordinator.configuration.duration import milliseconds, readable
from worker.contract.instant import Instant

DAY_MS: Final = 86_400_000
_NAMES: Final = {
    "results_ms": "OUTSCOPE_KEEP_RESULTS",
    "minutes_ms": "OUTSCOPE_KEEP_MINUTES",
    "hours_ms": "OUTSCOPE_KEEP_HOURS",
    "days_ms": "OUTSCOPE_KEEP_DAYS",
}


class KeepError(ValueError):
    """How long something is to be kept is wrong; the sentence names the setting and says what to
    do.
    """


@dataclass(frozen=True, slots=True)
class Keep:
    """How long results and the rollups of each level are kept, in milliseconds.

    Each level must outlive the one below: a late result remakes its minute from results, its hour
    from minutes.
    """

    results_ms: int = 30 * DAY_MS
    minutes_ms: int = 30 * DAY_MS
    hours_ms: int = 400 * DAY_MS
    days_ms: int = 3_650 * DAY_MS

    def __post_init__(self) -> None:
        if self.results_ms < DAY_MS:
            raise KeepError(
                f"{_NAMES['results_ms']} is {readable(self.results_ms)}; keep results for a day"
                " (1d) at least"
            )
        names = [field.name for field in fields(self)]
        for name, above in pairwise(names):
            kept, longer = getattr(self, name), getattr(self, above)
            if kept > longer:
                raise KeepError(
                    f"{_NAMES[above]} is {readable(longer)}, less than {_NAMES[name]}"
                    f" ({readable(kept)}); rollups are made from what is below them and must be"
                    " kept as long at least"
                )


DEFAULT: Final = Keep()


def read_keep(environ: Mapping[str, str]) -> Keep:
    """What the environment says, such as OUTSCOPE_KEEP_RESULTS=30d; KeepError names the first wrong
    setting.
    """
    given: dict[str, int] = {}
    for field_name, name in _NAMES.items():
        text = environ.get(name, "").strip()
        if text:
            try:
                given[field_name] = milliseconds(text)
            except ValueError as error:
                raise KeepError(f"{name}: {error}") from None
    return Keep(**given)


def first_kept(now: Instant, kept_ms: int) -> Instant:
    """The moment before which nothing is kept: a day is forgotten as a whole, so it is a midnight
    (UTC).
    """
    return (now - kept_ms) // DAY_MS * DAY_MS
