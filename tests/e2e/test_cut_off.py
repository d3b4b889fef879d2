"""A region that is cut off from the broker looks on by its standing orders, and nothing is lost."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.faults.broker import Broker
from tests.faults.coordinator import until
from tests.faults.cut_region import CUT, INTERVAL_MS, OTHERS, CutRegion
from worker.contract.clock import now
from worker.contract.instant import parse_rfc3339
from worker.contract.result import STANDING

pytestmark = pytest.mark.slow

MINUTE_S = 60.0
"""Twenty intervals: ten minutes of a check that is looked at each half minute."""


@pytest.fixture
def product(valkey: Broker, tmp_path: Path) -> CutRegion:
    return CutRegion(valkey, tmp_path)


def parts(product: CutRegion) -> dict[str, tuple[int, int | None]]:
    """When the one incident began and ended in each region."""
    (incident,) = product.incidents()
    found = product.ask(lambda store: store.incidents.get(incident["id"]))
    assert found is not None
    return {
        part["name"]: (
            parse_rfc3339(part["since"]),
            None if part["until"] is None else parse_rfc3339(part["until"]),
        )
        for part in found[0]["parts"]
        if part["axis"] == "region"
    }


def lines(product: CutRegion) -> list[dict[str, Any]]:
    """The timeline of the one incident."""
    (incident,) = product.incidents()
    return product.ask(lambda store: store.incidents.evidence(incident["id"]))


def test_an_outage_that_ends_in_a_region_that_is_cut_off_ended_there_when_it_did(
    product: CutRegion,
) -> None:
    with product.running():
        until(lambda: set(product.fitness().values()) == {"fit"}, "three fit regions")
        began = now()
        product.fail("api")
        until(product.incidents, "an incident", product.coordinator.log, within_s=90)
        until(lambda: set(parts(product)) == {CUT, *OTHERS}, "all regions in it")
        product.link.drop()
        cut_at = now()
        until(lambda: product.fitness()[CUT] == "silent", "silence", product.coordinator.log)
        product.fail()
        ended = now()
        wait(MINUTE_S - (now() - cut_at) / 1000)
        said = product.verdict()
        assert CUT not in said["regions"]
        assert {cell["state"] for cell in said["cells"] if cell["region"] == CUT} == {"unknown"}
        product.link.heal()

        def is_right() -> bool:
            since, over = parts(product)[CUT]
            return (
                abs(since - began) < 3 * INTERVAL_MS
                and over is not None
                and abs(over - ended) < 3 * INTERVAL_MS
            )

        until(is_right, "its times", lambda: f"{began} {ended} {parts(product)} {lines(product)}")
        revised = [line for line in lines(product) if line["event"] == "revised"]
        assert len(revised) <= 2
        assert all("of looks from eu-west arrived at" in line["reason"] for line in revised)


def wait(seconds: float) -> None:
    """Time that has to pass, because it is what the test is about."""
    time.sleep(seconds)


def test_a_region_cut_off_in_the_middle_of_an_outage_loses_no_look(product: CutRegion) -> None:
    with product.running():
        until(lambda: set(product.fitness().values()) == {"fit"}, "three fit regions")
        begun = now()
        product.fail("api")
        until(product.incidents, "an incident", product.coordinator.log, within_s=90)
        product.link.drop()
        cut_at = now()
        until(lambda: product.fitness()[CUT] == "silent", "silence", product.coordinator.log)
        wait(MINUTE_S - (now() - cut_at) / 1000)
        assert product.fitness()[CUT] == "silent"
        assert not product.missing(begun, cut_at - 2 * INTERVAL_MS)
        product.link.heal()
        healed = now()
        until(
            lambda: not product.missing(begun, healed - INTERVAL_MS),
            "all looks",
            lambda: f"{product.missing(begun, healed - INTERVAL_MS)} {product.worker.log()}",
            within_s=120,
        )
        until(lambda: product.fitness()[CUT] == "fit", "it is heard again")
        wait(2 * INTERVAL_MS / 1000)
        ended = now()
        until(
            lambda: not product.missing(begun, ended - 2 * INTERVAL_MS),
            "all looks after its return",
            lambda: f"{product.missing(begun, ended - 2 * INTERVAL_MS)} {product.worker.log()}",
            within_s=120,
        )
        until(lambda: not product.gaps(), "no gaps", lambda: product.gaps())
        alone = [one for one in product.looked() if one.extra.get(STANDING)]
        assert all(cut_at - 10_000 <= one.scheduled_at for one in alone)
        assert len(alone) >= 60


def all_looked_at(product: CutRegion, since: int, what: str) -> None:
    """Wait until the region that was alone is fit again, and no look of it is missing."""
    until(
        lambda: product.fitness().get(CUT) == "fit",
        "it is heard again",
        product.worker.log,
        within_s=90,
    )
    wait(2 * INTERVAL_MS / 1000)
    ended = now() - 2 * INTERVAL_MS
    until(
        lambda: not product.missing(since, ended),
        f"all looks although {what}",
        lambda: f"{product.missing(since, ended)} {product.worker.log()}",
        within_s=120,
    )
    until(lambda: not product.gaps(), "no gaps", product.gaps)
    assert any(one.extra.get(STANDING) for one in product.looked())


def test_a_coordinator_that_is_killed_for_long_costs_no_look_of_a_region_that_is_well(
    product: CutRegion,
) -> None:
    with product.running():
        until(lambda: set(product.fitness().values()) == {"fit"}, "three fit regions")
        begun = now()
        product.coordinator.kill()
        wait(MINUTE_S)
        product.coordinator.start()
        all_looked_at(product, begun, "the coordinator was away")


def test_a_broker_that_is_gone_and_comes_back_empty_costs_no_look(product: CutRegion) -> None:
    with product.running():
        until(lambda: set(product.fitness().values()) == {"fit"}, "three fit regions")
        begun = now()
        product.broker.kill()
        wait(MINUTE_S / 2)
        product.broker.start()
        all_looked_at(product, begun, "the broker was away")


def test_a_worker_that_is_killed_while_it_is_cut_off_loses_what_was_due_while_it_was_down(
    product: CutRegion,
) -> None:
    with product.running():
        until(lambda: set(product.fitness().values()) == {"fit"}, "three fit regions")
        begun = now()
        product.link.drop()
        wait(MINUTE_S / 3)
        killed = now()
        product.worker.kill()
        product.worker.start(ready=False)
        until(
            lambda: product.worker.log().count(" alone silent_s") == 2,
            "it is alone again",
            product.worker.log,
            within_s=120,
        )
        alone = now()
        wait(MINUTE_S / 3)
        product.link.heal()
        until(
            lambda: product.fitness()[CUT] == "fit",
            "it is heard again",
            product.worker.log,
            within_s=90,
        )
        wait(2 * INTERVAL_MS / 1000)
        ended = now() - 2 * INTERVAL_MS

        def lost_otherwise() -> list[tuple[str, int]]:
            return [
                (check, at)
                for check, at in product.missing(begun, ended)
                if not killed - INTERVAL_MS <= at <= alone
            ]

        until(lambda: not lost_otherwise(), "all others", lambda: f"{lost_otherwise()}")
        down = {(gap["first_at"], gap["last_at"]) for gap in product.gaps()}
        assert len(product.gaps()) <= 4, down
