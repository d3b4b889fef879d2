"""Whether workers are where their region is said to be, by the country of their public addresses.
Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """The country that a region claims and the one that its workers' addresses are in; None is not
    known.
    """

    claimed: str | None
    observed: str | None

    @property
    def agrees(self) -> bool | None:
        """Whether both are the same; None where one of them is not known."""
        known = self.claimed is not None and self.observed is not None
        return self.claimed == self.observed if known else None


def agreement(claimed: str, seen: Iterable[str | None]) -> Agreement:
    """Of several countries `seen`, the first that contradicts counts."""
    known = [country for country in seen if country]
    other = next((country for country in known if country != claimed), None)
    return Agreement(claimed or None, other or (known[0] if known else None))
