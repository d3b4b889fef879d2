"""Which starts of which workers are asked to leave.

Who drains is read from the table about once a second, so what is known of it may be older than an
operator's taking it back. A worker that was started after that must not leave for it: it would end
at once, and well, and nobody would start it again. A start is asked to leave by a reading that is
younger than its first report.
"""

from collections.abc import Iterable

Names = frozenset[tuple[str, str]]
"""Region and name of workers."""
Start = tuple[str, str, str]
"""(region, worker, boot)"""


class Leaving:
    """Who is asked to leave."""

    def __init__(self) -> None:
        self.names: Names = frozenset()
        """Who drains, as last read."""
        self._heard: set[Start] = set()
        """The starts of those that reported since they drain."""
        self._asked: set[Start] = set()

    def read(self, names: Names) -> None:
        """This is who drains now."""
        self.names = names
        self._heard = {start for start in self._heard if start[:2] in names}
        self._asked = set(self._heard)

    def hear(self, starts: Iterable[Start]) -> None:
        """These starts of workers reported."""
        self._heard.update(start for start in starts if start[:2] in self.names)

    def asks(self, start: Start) -> bool:
        """Whether this start is to leave."""
        return start in self._asked
