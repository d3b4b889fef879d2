"""Extra looks make a verdict come in seconds: real processes, two workers in each of three regions,
a real target.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.target import Target
from tests.faults.broker import Broker
from tests.faults.coordinator import until
from tests.faults.fleet import Fleet
from tests.faults.worker import WorkerProcess
from worker.contract.instant import parse_rfc3339
from worker.contract.result import Result

pytestmark = pytest.mark.slow

INTERVAL_MS = 20_000
REGIONS = {
    "eu-west": ("IE", "EU", 53.3, -6.3),
    "us-east": ("US", "NA", 38.9, -77.5),
    "ap-south": ("IN", "AS", 19.1, 72.9),
}
SOON_MS = 9_000
"""Regular looks of `checkout` reach the third region no sooner than 11.8 s after the first,
whichever that is.
"""


def document(port: int, judge: dict[str, Any]) -> dict[str, Any]:
    """A shop whose checkout is looked at every 20 s and whose pages each second, and two
    references.
    """

    def component(name: str, host: str, interval_ms: int) -> dict[str, Any]:
        url = f"http://{host}:{port}/{name}"
        check = {
            "id": name,
            "kind": "http",
            "interval_ms": interval_ms,
            "timeout_ms": 900,
            "params": {"url": url},
        }
        return {"id": name, "name": name, "checks": [check]}

    shop = [component("checkout", "127.0.0.1", INTERVAL_MS), component("pages", "127.0.0.1", 1_000)]
    parts = {
        "shop": shop,
        "net-a": [component("ref-a", "127.0.0.2", 1_000)],
        "net-b": [component("ref-b", "127.0.0.3", 1_000)],
    }
    places = ("country", "continent", "latitude", "longitude")
    return {
        "regions": [
            {"id": r, "name": r, "simulated": True, **dict(zip(places, where, strict=True))}
            for r, where in REGIONS.items()
        ],
        "services": [
            {
                "id": name,
                "name": name,
                "role": "service" if name == "shop" else "reference",
                "components": components,
            }
            for name, components in parts.items()
        ],
        "judge": judge,
    }


@contextmanager
def running(valkey: Broker, folder: Path, configuration: dict[str, Any]) -> Iterator[Fleet]:
    """A coordinator and six workers."""
    fleet = Fleet(valkey, f"sqlite://{folder}/store.db", folder, ())
    fleet.apply(configuration)
    with ExitStack() as stack:
        workers = [
            WorkerProcess(valkey.url, folder / f"{region}-{n}", region=region, name=f"{region}-{n}")
            for region in REGIONS
            for n in (1, 2)
        ]
        for worker in workers:
            stack.callback(worker.kill)
            worker.start(ready=False)
        for worker in workers:
            until(worker._ready.exists, worker.name, worker.log)
        yield stack.enter_context(fleet.running())


def looks(fleet: Fleet) -> list[Result]:
    """What was seen of the checkout."""
    return [result for result in fleet.stored() if result.check == "checkout"]


def well_for_a_while(fleet: Fleet) -> None:
    """All is well everywhere, for long enough that extra looks are affordable."""
    until(
        lambda: fleet.verdict("shop").get("scope") == "none",
        "that all is well",
        fleet.coordinator.log,
        within_s=120,
    )
    until(
        lambda: sum(r.check == "pages" for r in fleet.stored()) >= 70,
        "regular looks",
        fleet.coordinator.log,
        within_s=120,
    )
    assert all(result.ok for result in looks(fleet))


def said_after_ms(fleet: Fleet) -> int:
    """How long after the first failure was heard it was said that the checkout is down
    everywhere.
    """
    first = min(result.received_at for result in looks(fleet) if not result.ok)
    history = fleet.ask(lambda store: store.verdicts.history("shop", 0, 100))
    return (
        parse_rfc3339(
            next(line["at"] for line in reversed(history) if line["scope"] == "component")
        )
        - first
    )


@pytest.fixture
def target() -> Iterator[Target]:
    target = Target()
    yield target
    target.close()


def test_with_extra_looks_it_is_said_long_before_the_regular_ones_came(
    valkey: Broker, tmp_path: Path, target: Target
) -> None:
    with running(valkey, tmp_path, document(target.port, {})) as fleet:
        well_for_a_while(fleet)
        target.fail("/checkout")
        until(
            lambda: fleet.verdict("shop").get("scope") == "component",
            "the verdict",
            fleet.coordinator.log,
            within_s=120,
        )
        assert said_after_ms(fleet) < SOON_MS
        failed = [result for result in looks(fleet) if not result.ok]
        suspect = min(failed, key=lambda result: result.received_at).region
        extra = [result for result in failed if result.attempt]
        assert {r.worker for r in extra if r.region == suspect} == {f"{suspect}-1", f"{suspect}-2"}
        assert {r.region for r in extra} == set(REGIONS)
        assert all(r.scheduled_at <= r.started_at < r.scheduled_at + 3_000 for r in extra), (
            "they are made at once"
        )
        until(lambda: fleet.told()["extra_looks_ordered"] >= len(extra), "the counters")
        told = fleet.told()
        assert told["extra_looks_asked"] == told["extra_looks_ordered"]
        overdue = max(r.scheduled_at for r in extra) + INTERVAL_MS + 2_000
        until(
            lambda: max(r.scheduled_at for r in looks(fleet) if not r.attempt) > overdue,
            "regular looks",
            within_s=120,
        )
        assert fleet.told()["gaps"] == 0
        assert fleet.gaps() == []


def test_without_a_budget_there_are_none(valkey: Broker, tmp_path: Path, target: Target) -> None:
    with running(valkey, tmp_path, document(target.port, {"confirm_share": 0})) as fleet:
        well_for_a_while(fleet)
        target.fail("/checkout")
        until(
            lambda: fleet.verdict("shop").get("scope") == "component",
            "the verdict",
            fleet.coordinator.log,
            within_s=120,
        )
        assert said_after_ms(fleet) > SOON_MS
        assert {result.attempt for result in fleet.stored()} == {0}
        assert fleet.told()["extra_looks_asked"] == 0
        assert fleet.gaps() == []
