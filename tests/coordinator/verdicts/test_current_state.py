"""What stands, and what of it is written again."""

from collections.abc import Callable
from typing import Any

import pytest

from coordinator.configuration import from_document
from coordinator.domain.engine import Engine
from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.verdict import Scope, Severity, Verdict
from coordinator.verdicts.current_state import REFRESH_MS, CurrentState
from worker.contract.result import Result

NOW = 1_772_000_000_000


@pytest.fixture
def engine(document: dict[str, Any], make_result: Callable[..., Result]) -> Engine:
    configuration = from_document(document)
    engine = Engine(configuration.topology, configuration.rules)
    engine.observe([make_result(0, check="api", component="api", received_at=NOW + 1)])
    engine.advance(NOW + 2_000)
    return engine


def test_everything_is_written_once(engine: Engine) -> None:
    current_state = CurrentState()
    first = {(kind, subject) for kind, subject, _, _ in current_state.changes(engine, NOW)}
    assert {("service", "claude"), ("region", "eu-west"), ("worker", "eu-west/eu-west-1")} <= first
    assert current_state.changes(engine, NOW + 1_000) == []


def test_references_do_not_stand_among_services(engine: Engine) -> None:
    assert [s for kind, s, _, _ in CurrentState().changes(engine, NOW) if kind == "service"] == [
        "claude"
    ]


def test_what_stands_is_written_again_once_in_a_while(engine: Engine) -> None:
    current_state = CurrentState()
    first = {(kind, subject) for kind, subject, _, _ in current_state.changes(engine, NOW)}
    again = [
        (kind, subject)
        for second in range(1, REFRESH_MS // 1000 + 1)
        for kind, subject, _, _ in current_state.changes(engine, NOW + second * 1000)
    ]
    assert len(again) == len(first)
    assert set(again) == first


def test_a_change_is_written_alone(engine: Engine, make_result: Callable[..., Result]) -> None:
    current_state = CurrentState()
    current_state.changes(engine, NOW)
    engine.observe([make_result(2, check="api", component="api", received_at=NOW + 2_500)])
    engine.advance(NOW + 3_000)
    assert {kind for kind, _, _, _ in current_state.changes(engine, NOW + 3_000)} == {"service"}


class Fleet:
    """Five hundred services that are well; counts which verdicts are asked for."""

    def __init__(self, count: int = 500) -> None:
        self.names = [f"service-{number}" for number in range(count)]
        self.changed: set[str] = set()
        self.groups: list[list[str]] = []
        self.asked: list[str] = []
        self.reasons: dict[str, str] = {}

    def touched(self) -> set[str]:
        changed, self.changed = self.changed, set()
        return changed

    def verdict(self, service: str) -> Verdict:
        self.asked.append(service)
        reason = self.reasons.get(service, "well")
        return Verdict(service, NOW, Severity.OPERATIONAL, Scope.NONE, (), (), 0.99, reason)

    def verdicts(self) -> dict[str, Verdict]:
        return {service: self.verdict(service) for service in self.names}

    def regions(self) -> dict[str, tuple[Fitness, str]]:
        return {"eu-west": (Fitness.FIT, "")}

    def workers(self) -> dict[tuple[str, str], tuple[Fitness, str]]:
        return {}

    def together(self) -> list[list[str]]:
        return self.groups

    def take(self) -> list[str]:
        asked, self.asked = self.asked, []
        return asked


def test_every_service_is_asked_for_once_at_the_start_and_after_a_new_configuration() -> None:
    fleet, current_state = Fleet(), CurrentState()
    current_state.changes(fleet, NOW)
    assert sorted(fleet.take()) == sorted(fleet.names)
    current_state.forget()
    fleet.names = fleet.names[:3]
    assert len(current_state.changes(fleet, NOW + 1)) == 4
    assert sorted(fleet.take()) == fleet.names


def test_only_services_that_were_judged_are_asked_for_and_written_when_they_differ() -> None:
    fleet, current_state = Fleet(3), CurrentState()
    current_state.changes(fleet, NOW)
    fleet.take()
    fleet.changed, fleet.reasons = {"service-0", "service-1"}, {"service-1": "down"}
    assert [subject for _, subject, _, _ in current_state.changes(fleet, NOW + 1)] == ["service-1"]
    assert fleet.take() == ["service-0", "service-1"]
    assert current_state.changes(fleet, NOW + 2) == []
    assert fleet.take() == []


def test_each_service_is_refreshed_within_ten_seconds_and_no_second_is_heavy() -> None:
    fleet, current_state = Fleet(), CurrentState()
    current_state.changes(fleet, NOW)
    fleet.take()
    for turn in range(3):
        seconds = []
        for second in range(1, 11):
            current_state.changes(fleet, NOW + turn * REFRESH_MS + second * 1000)
            seconds.append(fleet.take())
        assert sorted(name for asked in seconds for name in asked) == sorted(fleet.names)
        assert max(map(len, seconds)) < 80


def test_a_pause_makes_nobody_miss_a_turn() -> None:
    fleet, current_state = Fleet(20), CurrentState()
    current_state.changes(fleet, NOW)
    fleet.take()
    current_state.changes(fleet, NOW + 10_000)
    assert sorted(fleet.take()) == sorted(fleet.names)


def test_documents_are_what_the_api_reads(engine: Engine) -> None:
    documents = {
        (kind, subject): document
        for kind, subject, _, document in CurrentState().changes(engine, NOW)
    }
    region = documents["region", "eu-west"]
    assert region.keys() == {"region", "together", "fitness", "why", "at"}
    assert documents["worker", "eu-west/eu-west-1"].keys() == {
        "region",
        "worker",
        "fitness",
        "why",
        "at",
    }
    assert {"service", "at", "severity", "scope", "cells", "evidence"} <= documents[
        "service", "claude"
    ].keys()


def test_after_a_new_configuration_everything_is_written(engine: Engine) -> None:
    current_state = CurrentState()
    first = current_state.changes(engine, NOW)
    current_state.forget()
    assert len(current_state.changes(engine, NOW + 1)) == len(first)
