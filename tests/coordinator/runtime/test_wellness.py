"""What a coordinator says of itself, by what it does."""

from coordinator.runtime.wellness import Wellness, late
from worker.contract.clock import now
from worker.contract.health.signs import ills


def test_a_standby_is_ready_and_yet_sends_no_sign_of_life() -> None:
    wellness = Wellness()
    assert "start" in ills(wellness.signs().ready())
    wellness.stands_by()
    signs = wellness.signs()
    assert (signs.role(), ills(signs.ready()), ills(signs.alive())) == ("standing by", {}, {})
    assert wellness.wrong() == {"role": "standing by"}


def test_who_works_is_as_well_as_its_parts() -> None:
    wellness = Wellness()
    wellness.works({"orders": lambda: "", "judge": lambda: "nothing was judged for 20 s"})
    assert wellness.wrong() == {"judge": "nothing was judged for 20 s"}
    assert ills(wellness.signs().ready()) == wellness.wrong()
    assert ills(wellness.signs().alive()) == {}  # a new start would not help by itself


def test_a_part_is_late_that_did_nothing_for_long() -> None:
    assert late("no look was ordered", lambda: None)() == "no look was ordered yet"
    assert late("no look was ordered", now)() == ""
    assert late("no look was ordered", lambda: now() - 20_000)() == "no look was ordered for 20 s"
