"""Replay: the engine as it runs live, batch by batch; files are judged by several rules in one
reading.
"""

import io
import json
from functools import partial
from pathlib import Path

import orjson
import pytest

from coordinator.evaluation.baselines import judge_by
from coordinator.evaluation.names import RULES
from coordinator.evaluation.replay import Outscope, judge_file, judging, replay
from coordinator.result_files import OutOfOrderError, ResultFile, UnreadableError, source
from tests.scenarios.internet import Trouble, results, topology
from tests.scenarios.trial import FAST, at, try_results
from worker.contract.instant import parse_rfc3339
from worker.contract.result import Result, to_record

NET = topology()
FOUND = results(NET, at(0), at(70), [Trouble(at(20), at(40), services=["claude"], regions=["r2"])])


def ndjson(found: list[Result]) -> bytes:
    return b"\n".join(orjson.dumps(to_record(result)) for result in found)


def test_a_replay_says_what_was_said_live_byte_for_byte() -> None:
    live = try_results(NET, FOUND)
    said = [event.to_record() for event in live.events if getattr(event, "worker", None) is None]
    told = list(replay(FOUND, NET, FAST, until=at(71)))
    assert orjson.dumps(told[: len(said)]) == orjson.dumps(said)


def test_each_line_has_the_fields_that_are_promised() -> None:
    told = {line["type"]: line for line in replay(FOUND, NET, FAST)}
    assert list(told["verdict"]) == [
        "type",
        "at",
        "service",
        "severity",
        "scope",
        "regions",
        "components",
        "confidence",
        "reason",
    ]
    assert list(told["fitness"]) == ["type", "at", "region", "fitness"]
    assert list(told["incident"]) == [
        "type",
        "at",
        "event",
        "id",
        "service",
        "scope",
        "regions",
        "components",
        "started_after",
        "started_by",
        "ended_after",
        "ended_by",
    ]
    assert json.loads(orjson.dumps(list(told.values())))
    assert {parse_rfc3339(line["at"]) % 1000 for line in told.values()} == {0}


def test_time_goes_on_until_the_given_moment_and_no_further() -> None:
    silent = [
        line for line in replay(FOUND, NET, FAST, until=at(300)) if line.get("fitness") == "silent"
    ]
    assert len(silent) == 5
    early = list(replay(FOUND, NET, FAST, until=at(30)))
    assert max(parse_rfc3339(line["at"]) for line in early) <= at(30)
    assert not any(line.get("event") == "resolved" for line in early)


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_batches_of_any_size_say_the_same(size: int) -> None:
    ours = Outscope(NET, FAST)
    batches = [FOUND[n : n + size] for n in range(0, len(FOUND), size)]
    said = [record for batch in batches for record in ours.judge(batch)] + list(
        ours.finish(at(100))
    )
    assert said == list(replay(FOUND, NET, FAST, until=at(100)))


def test_one_reading_of_a_file_is_judged_by_every_rule() -> None:
    judged = judge_file(
        ResultFile(io.BytesIO(ndjson(FOUND))), [partial(judging, rule, NET, FAST) for rule in RULES]
    )
    said = dict(zip(RULES, judged.records, strict=True))
    assert said["outscope"] == list(replay(FOUND, NET, FAST))
    assert said["gatus"] == list(judge_by("gatus", FOUND, NET))
    assert (judged.begin, judged.end, judged.results) == (
        FOUND[0].received_at,
        FOUND[-1].received_at,
        len(FOUND),
    )


def test_nothing_after_until_is_judged() -> None:
    file = ResultFile(io.BytesIO(ndjson(FOUND)))
    judged = judge_file(
        file, [partial(judging, rule, NET, FAST) for rule in ("outscope", "openstatus")], at(30)
    )
    assert judged.records[0] == list(replay(FOUND, NET, FAST, until=at(30)))
    assert judged.records[1] == list(judge_by("openstatus", FOUND, NET, at(30)))
    assert judged.end == at(30)


@pytest.fixture
def small_buffer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only ten results are held back, and a block is a few lines."""
    monkeypatch.setattr("coordinator.result_files.ndjson.BLOCK_BYTES", 2_000)
    monkeypatch.setattr(source, "in_order", partial(source.in_order, held=10))


@pytest.mark.usefixtures("small_buffer")
def test_a_file_that_is_far_out_of_order_is_read_whole_and_judged_again(tmp_path: Path) -> None:
    path = tmp_path / "results.ndjson"
    path.write_bytes(ndjson(FOUND[::-1]))
    with pytest.raises(OutOfOrderError):
        list(ResultFile(path).in_order())
    assert judge_file(ResultFile(path), [partial(Outscope, NET, FAST)]).records[0] == list(
        replay(FOUND, NET, FAST)
    )


@pytest.mark.usefixtures("small_buffer")
def test_a_stream_that_is_far_out_of_order_is_refused() -> None:
    with pytest.raises(UnreadableError, match="out of the order"):
        judge_file(ResultFile(io.BytesIO(ndjson(FOUND[::-1]))), [partial(Outscope, NET, FAST)])
