"""The standpoint: what is known of where a worker looks from, as far as others may share it."""

from typing import Final, NamedTuple

SEPARATOR: Final = "."


class Standpoint(NamedTuple):
    """Machine, start of that machine, public address, and the country and network of that address:
    short hashes and names. Empty is not known.
    """

    host: str = ""
    boot: str = ""
    outside: str = ""
    place: str = ""

    def shares_with(self, other: "Standpoint") -> bool:
        """Whether both are one vantage point: they have one public address, or one machine, unless
        that is seen at addresses in two places.
        """
        if self.outside and self.outside == other.outside:
            return True
        machine = _same(self.host, other.host) or _same(self.boot, other.boot)
        return machine and not _apart(self.place, other.place)

    @property
    def text(self) -> str:
        """As it stands in results; empty when nothing is known."""
        return SEPARATOR.join(self) if any(self) else ""


UNKNOWN: Final = Standpoint()


def read_standpoint(text: str) -> Standpoint:
    """What stands in a result; what makes no sense is not known."""
    parts = text.split(SEPARATOR)
    return Standpoint(*parts) if len(parts) == len(UNKNOWN) else UNKNOWN


def _apart(one: str, other: str) -> bool:
    """Whether countries or networks differ that are known of both."""
    mine, theirs = _parts(one), _parts(other)
    return any(theirs.get(kind, part) != part for kind, part in mine.items())


def _parts(place: str) -> dict[bool, str]:
    """The country, which is letters alone, and the network."""
    return {part.isalpha(): part for part in place.split("-") if part}


def _same(one: str, other: str) -> bool:
    return bool(one) and one == other
