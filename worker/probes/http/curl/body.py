"""The body of an answer, as libcurl hands it over, chunk by chunk."""

from worker.probes.http.request import Request
from worker.probes.look.vantage import Look


class Body:
    """What was read of the body, up to its limit."""

    __slots__ = ("chunks", "cut", "room")

    def __init__(self, limit: int) -> None:
        self.chunks: list[bytes] = []
        self.room = limit
        self.cut = False

    @property
    def arrivals(self) -> tuple[tuple[int, float], ...]:
        """Bytes that were there, and when; nothing, when nobody asked."""
        return ()

    def take(self, chunk: bytes) -> int | None:
        """libcurl has read something."""
        size = len(chunk)
        if size > self.room:
            self.chunks.append(chunk[: self.room])
            self.room = 0
            self.cut = True
            return 0  # tells libcurl to stop
        self.room -= size
        self.chunks.append(chunk)
        return None


class TimedBody(Body):
    """As above, and when each chunk came."""

    __slots__ = ("_arrivals", "_look", "_size")

    def __init__(self, limit: int, look: Look) -> None:
        super().__init__(limit)
        self._look = look
        self._size = 0
        self._arrivals: list[tuple[int, float]] = []

    @property
    def arrivals(self) -> tuple[tuple[int, float], ...]:
        """Bytes that were there, and when in milliseconds of the look."""
        return tuple(self._arrivals)

    def take(self, chunk: bytes) -> int | None:
        """libcurl has read something."""
        self._size += len(chunk)
        self._arrivals.append((self._size, self._look.elapsed_ms()))
        return super().take(chunk)


def body_of(request: Request, look: Look) -> Body:
    """What takes in the body of the answer to this request."""
    return TimedBody(request.body_limit, look) if request.timed else Body(request.body_limit)
