"""What stands, and what of it is written again."""

from collections.abc import Callable
from typing import Any

import pytest

from coordinator.board import REFRESH_MS, Board
from coordinator.configuration import from_document
from coordinator.domain.engine import Engine
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
    board = Board()
    first = {(kind, subject) for kind, subject, _, _ in board.changes(engine, NOW)}
    assert {("service", "claude"), ("region", "eu-west"), ("worker", "eu-west/eu-west-1")} <= first
    assert board.changes(engine, NOW + 1_000) == []


def test_references_do_not_stand_among_services(engine: Engine) -> None:
    assert [s for kind, s, _, _ in Board().changes(engine, NOW) if kind == "service"] == ["claude"]


def test_what_stands_is_written_again_after_a_while(engine: Engine) -> None:
    board = Board()
    first = board.changes(engine, NOW)
    assert board.changes(engine, NOW + REFRESH_MS - 1) == []
    assert len(board.changes(engine, NOW + REFRESH_MS)) == len(first)


def test_a_change_is_written_alone(engine: Engine, make_result: Callable[..., Result]) -> None:
    board = Board()
    board.changes(engine, NOW)
    engine.observe([make_result(2, check="api", component="api", received_at=NOW + 2_500)])
    engine.advance(NOW + 3_000)
    assert {kind for kind, _, _, _ in board.changes(engine, NOW + 3_000)} == {"service"}


def test_documents_are_what_the_api_reads(engine: Engine) -> None:
    documents = {(kind, subject): document for kind, subject, _, document in Board().changes(engine, NOW)}
    region = documents["region", "eu-west"]
    assert region.keys() == {"region", "fitness", "why", "at"}
    assert documents["worker", "eu-west/eu-west-1"].keys() == {"region", "worker", "fitness", "why", "at"}
    assert {"service", "at", "severity", "scope", "cells", "evidence"} <= documents["service", "claude"].keys()


def test_after_a_new_configuration_everything_is_written(engine: Engine) -> None:
    board = Board()
    first = board.changes(engine, NOW)
    board.forget()
    assert len(board.changes(engine, NOW + 1)) == len(first)
