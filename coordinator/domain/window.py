"""A window: the newest few looks at something, in event time, each once."""

from bisect import insort
from collections.abc import Iterable, Iterator

from coordinator.domain.look import Look


class Window:
    """The `size` newest looks. Whatever the order and however often they come in, the same looks stay.

    Windows merge: the window of two parts is the window of the whole.
    """

    __slots__ = ("_ids", "_looks", "_size")

    def __init__(self, size: int, looks: Iterable[Look] = ()) -> None:
        self._size = size
        self._looks: list[Look] = []
        self._ids: set[str] = set()
        for look in looks:
            self.add(look)

    def add(self, look: Look) -> bool:
        """Take a look in; False when it was there already or is older than all that is remembered."""
        looks = self._looks
        if look.id in self._ids:
            return False
        if not looks or look > looks[-1]:
            looks.append(look)
        elif len(looks) == self._size and look < looks[0]:
            return False
        else:
            insort(looks, look)
        self._ids.add(look.id)
        if len(looks) > self._size:
            self._ids.discard(looks.pop(0).id)
        return True

    def merge(self, other: "Window") -> "Window":
        """The window of both windows' looks."""
        return Window(self._size, [*self, *other])

    @property
    def first(self) -> Look:
        """The oldest look; IndexError when there is none."""
        return self._looks[0]

    @property
    def last(self) -> Look:
        """The newest look; IndexError when there is none."""
        return self._looks[-1]

    def __iter__(self) -> Iterator[Look]:
        return iter(self._looks)

    def __len__(self) -> int:
        return len(self._looks)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Window) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # it changes
