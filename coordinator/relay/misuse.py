"""Which refusals the audit log tells of: each key and address once in a while, so that a worker
that was revoked and asks on does not fill it.
"""

from collections import OrderedDict
from typing import Final

AGAIN_S: Final = 600.0
MOST: Final = 1_000
"""Keys and addresses that are remembered."""
MOST_A_MINUTE: Final = 60


class Misuse:
    """Remembers who was told of."""

    def __init__(self) -> None:
        self._told: OrderedDict[tuple[str, str], float] = OrderedDict()

    def is_news(self, about: str, address: str, at_s: float) -> bool:
        """Whether a refusal of somebody is to be told now."""
        who = (about, address)
        last_s = self._told.get(who)
        if last_s is not None and at_s - last_s < AGAIN_S:
            return False
        lately = sum(1 for told_s in self._told.values() if at_s - told_s < 60.0)
        if lately >= MOST_A_MINUTE:
            return False
        self._told[who] = at_s
        self._told.move_to_end(who)
        while len(self._told) > MOST:
            self._told.popitem(last=False)
        return True
