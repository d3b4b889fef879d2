"""Several writers and one process that judges, as real processes on a real PostgreSQL."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from coordinator.configuration import from_document
from coordinator.evaluation.replay import replay
from coordinator.store.state.standings import WRITER
from tests.faults.broker import Broker
from tests.faults.coordination import CoordinatorProcess
from tests.faults.coordinator import until
from tests.faults.fleet import Fleet

pytestmark = pytest.mark.slow

REGIONS = ("eu-west", "us-east", "ap-south")
ELSEWHERE = {"OUTSCOPE_WRITERS": "elsewhere"}


def api_is_down(check: str, _scheduled_at: int) -> tuple[bool, str, str]:
    return (False, "refused", "target") if check == "api" else (True, "ok", "none")


class Stage:
    """A fleet whose results two writers store."""

    def __init__(self, fleet: Fleet, folder: Path) -> None:
        self.fleet = fleet
        fleet.coordinator = CoordinatorProcess(
            fleet.broker.url, fleet.database, folder / "judge", **ELSEWHERE
        )
        self.writers = [
            CoordinatorProcess(
                fleet.broker.url, fleet.database, folder / f"s{n}", "writer", **ELSEWHERE
            )
            for n in (1, 2)
        ]

    @contextmanager
    def running(self) -> Iterator[None]:
        with ExitStack() as stack:
            for process in self.writers:
                stack.enter_context(process)
            stack.enter_context(self.fleet.running())
            yield

    def progress(self, results: int = 30) -> None:
        before = len(self.fleet.receipted())
        until(
            lambda: len(self.fleet.receipted()) >= before + results,
            "results",
            self.writers[1].log,
        )

    def shares(self) -> list[int]:
        """How many results each of them stored."""
        told = self.fleet.ask(lambda store: store.standings.all(WRITER))
        return [document["results"] for document in told.values()]


@pytest.fixture
def stage(valkey: Broker, tmp_path: Path, document: dict[str, Any], postgres_url: str) -> Stage:
    fleet = Fleet(valkey, postgres_url, tmp_path, REGIONS)
    fleet.apply(document)
    return Stage(fleet, tmp_path)


def test_what_two_store_is_judged_as_one_and_a_replay_agrees(
    stage: Stage, document: dict[str, Any]
) -> None:
    fleet = stage.fleet
    with stage.running():
        until(
            lambda: fleet.verdict().get("severity") == "operational",
            "a verdict",
            fleet.coordinator.log,
        )
        until(lambda: min([0, *stage.shares()][-2:]) > 0, "that both store", stage.writers[0].log)
        fleet.answer(api_is_down)
        until(lambda: fleet.incidents(), "the incident", fleet.coordinator.log)
        assert fleet.verdict()["scope"] == "component"
        stage.writers[0].kill()  # what it held is sent again, and the other one stores it
        stage.progress()
        for process in (stage.writers[1], fleet.coordinator):
            assert process.stop() == 0, process.log()
    assert len(stage.shares()) < len(stage.writers)  # whoever stores no more tells nothing more
    stored = fleet.stored()
    assert fleet.receipted() <= {result.id for result in stored}
    configuration = from_document(document)
    again = [
        r
        for r in replay(stored, configuration.topology, configuration.rules)
        if r["type"] == "incident"
    ]
    (incident,) = fleet.incidents()
    assert again[0]["event"] == "opened"
    assert again[0]["id"] == incident["id"]


def test_one_that_slept_too_long_begins_anew_and_loses_nothing(stage: Stage) -> None:
    fleet, sleeper = stage.fleet, stage.writers[0]
    with stage.running():
        stage.progress()
        sleeper.signal(signal.SIGSTOP)
        until(
            lambda: "following writers=1" in fleet.coordinator.log(),
            "that it is left behind",
        )
        stage.progress()
        sleeper.signal(signal.SIGCONT)
        until(
            lambda: "following writers=2" in fleet.coordinator.log()[-400:],
            "that it is back",
            sleeper.log,
        )
        stage.progress()
        judged = fleet.told()["results"]
        until(lambda: fleet.waiting() < 5, "that workers can forget all")
        assert fleet.receipted() <= {result.id for result in fleet.stored()}
        until(lambda: fleet.told()["results"] >= judged + 10, "that judging goes on")
