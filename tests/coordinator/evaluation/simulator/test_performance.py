"""A play before a watcher that asks for looks of its own."""

from collections.abc import Iterable
from itertools import chain

from coordinator.evaluation.simulator import Ask, Shape, perform, scenario
from worker.contract.result import Result

SHAPE = Shape(3, 2, components=3, others=(2,))
MINUTE_MS = 60_000


class Curious:
    """Asks once, and says how many results it has been given."""

    def __init__(self, wanted: Iterable[Ask] = ()) -> None:
        self.wanted = list(wanted)
        self.heard: list[Result] = []
        self.now = 0
        self.asked_at = 0

    def observe(self, results: Iterable[Result]) -> None:
        self.heard += results

    def advance(self, now: int) -> list[int]:
        assert all(result.received_at <= now for result in self.heard[-50:])
        assert now == self.now + 1_000 or not self.now
        self.now = now
        return [len(self.heard)]

    def asks(self) -> list[Ask]:
        asked, self.wanted = self.wanted, []
        if asked:
            self.asked_at = self.now
        return asked


def test_a_watcher_that_asks_for_nothing_gets_the_stream() -> None:
    play = scenario("quiet-day").build(SHAPE, 1, lasts_ms=30 * MINUTE_MS)
    watcher = Curious()
    said = list(perform(play, watcher))
    assert watcher.heard == [
        r for r in chain.from_iterable(play.stream()) if r.received_at <= watcher.now
    ]
    assert len(said) == 30 * 60


def test_an_extra_look_comes_in_a_little_after_it_was_asked_for() -> None:
    play = scenario("quiet-day").build(SHAPE, 1, lasts_ms=5 * MINUTE_MS)
    watcher = Curious([Ask("aster-api", "us-west", 1, "us-west-2"), Ask("aster-web", "eu-west", 1)])
    list(perform(play, watcher))
    extra = [result for result in watcher.heard if result.attempt == 1]
    assert {(result.check, result.region) for result in extra} == {
        ("aster-api", "us-west"),
        ("aster-web", "eu-west"),
    }
    assert {result.worker for result in extra if result.region == "us-west"} == {"us-west-2"}
    for result in extra:
        assert watcher.asked_at < result.scheduled_at <= result.started_at < result.received_at
        assert result.received_at < watcher.asked_at + 15_000


def test_asking_changes_nothing_else() -> None:
    play = scenario("region-100").build(SHAPE, 1)
    plain, curious = Curious(), Curious([Ask("aster-api", "us-west", n) for n in range(1, 50)])
    list(perform(play, plain))
    list(perform(play, curious))
    assert [result for result in curious.heard if result.attempt == 0] == plain.heard
