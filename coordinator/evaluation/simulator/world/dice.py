"""Chance, derived: a look's throw comes from its id and the seed, so any look can be made at any
time, in any order.
"""

from hashlib import blake2b
from random import Random
from typing import Final

BITS: Final = 96
_ID_BYTES: Final = BITS // 8
WHOLE: Final = 1 << BITS
"""Throws are whole numbers below this."""
_PARTS: Final = 1 << 20
_STIR: Final = tuple(Random("parts of a throw").getrandbits(BITS) | 1 for _ in range(64))


def seed_of(seed: int, scenario: str) -> int:
    """The seed of a play's own noise: each scenario has days of its own, whatever its seed."""
    return int.from_bytes(blake2b(f"{seed} {scenario}".encode(), digest_size=8).digest(), "big")


def look_of(check: str, region: str, worker: str, slot: int, attempt: int) -> str:
    """The id of a simulated look. It is its worker's, for here every worker of a region may make
    it, each with a throw of its own.
    """
    key = f"{check}\n{region}\n{worker}\n{slot}\n{attempt}"
    return blake2b(key.encode(), digest_size=_ID_BYTES).hexdigest()


class Dice:
    """Throws for ids. An id is the digest of what was looked at, hence even; the seed stirs it."""

    __slots__ = ("factor", "term")

    def __init__(self, seed: int) -> None:
        random = Random(f"dice {seed}")
        self.factor: Final = random.getrandbits(BITS) | 1
        self.term: Final = random.getrandbits(BITS)

    def throw(self, look: str) -> int:
        """Even among all whole numbers of `BITS` bits."""
        return (int(look, 16) * self.factor + self.term) & (WHOLE - 1)


def part(throw: int, which: int) -> float:
    """One of many numbers in [0, 1) that a throw holds; those of different `which` say nothing of
    each other.
    """
    return ((throw * _STIR[which % 64] >> 60) & (_PARTS - 1)) / _PARTS
