from coordinator.domain.look import Look, Vote
from coordinator.domain.vantage import SLOTS_KEPT, Vantage
from worker.contract.outcome import Reason


def look(at: int, ok: bool, check: str = "c") -> Look:
    reason = Reason.OK if ok else Reason.TIMEOUT
    return Look(at, f"{check}{at}", Vote.GOOD if ok else Vote.BAD, ok, False, reason, check, "r", "w", at + 300)


def worker(*looks: Look) -> Vantage:
    vantage = Vantage("r", "w", 100, 0, 300)
    for made in looks:
        vantage.hear(made)
    return vantage


def test_a_failed_look_counts_once_anything_answered_the_worker_since() -> None:
    vantage = worker(look(1_000, True), look(1_100, False))
    assert not vantage.vouches_for(1_100)
    vantage.hear(look(1_100, True, "other"))
    assert vantage.vouches_for(1_100)


def test_in_doubt_failed_looks_wait_from_the_bucket_before_the_first_sign() -> None:
    vantage = worker(look(1_000, False), look(1_500, True, "other"))
    vantage.note([1_000], doubtful=True)
    assert vantage.vouches_for(899)
    assert not vantage.vouches_for(900)
    vantage.note([], doubtful=False)
    assert vantage.vouches_for(900)


def test_what_an_unfit_worker_saw_is_set_aside_until_its_first_clean_slot() -> None:
    vantage = worker(*(look(at, True) for at in range(1_000, 1_800, 100)))
    vantage.fall_ill(900)
    vantage.note([1_250], doubtful=False)
    assert vantage.sets_aside(900)
    assert vantage.sets_aside(5_000)
    assert vantage.clean_slots() == [13, 14, 15, 16, 17]
    vantage.recover()
    assert [vantage.sets_aside(at) for at in (899, 900, 1_299, 1_300)] == [False, True, True, False]


def test_out_of_order_and_repeated_looks_count_failures_once() -> None:
    vantage = worker(look(1_200, False), look(1_100, False), look(1_200, False), look(1_300, False))
    assert vantage.failing == {"c": 2}
    vantage.hear(look(1_400, True))
    assert vantage.failing == {}


def test_its_memory_is_bounded() -> None:
    vantage = worker(*(look(at, True) for at in range(0, 100_000, 100)))
    assert len(vantage.good_slots) <= 2 * SLOTS_KEPT
    for start in range(0, 10_000, 100):
        vantage.fall_ill(start)
        vantage.recover()
    assert len(vantage.unfit_spans) < 10
