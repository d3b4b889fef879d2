import gzip
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest

from coordinator.replay import read_results, replay
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
        "type", "at", "service", "severity", "scope", "regions", "components", "confidence", "reason",
    ]  # fmt: skip
    assert list(told["fitness"]) == ["type", "at", "region", "fitness"]
    assert list(told["incident"]) == [
        "type", "at", "event", "id", "service", "scope", "regions", "components",
        "started_after", "started_by", "ended_after", "ended_by",
    ]  # fmt: skip
    assert json.loads(orjson.dumps(list(told.values())))
    assert {parse_rfc3339(line["at"]) % 1000 for line in told.values()} == {0}


def test_time_goes_on_until_the_given_moment_and_no_further() -> None:
    silent = [line for line in replay(FOUND, NET, FAST, until=at(300)) if line.get("fitness") == "silent"]
    assert len(silent) == 5
    early = list(replay(FOUND, NET, FAST, until=at(30)))
    assert max(parse_rfc3339(line["at"]) for line in early) <= at(30)
    assert not any(line.get("event") == "resolved" for line in early)


def test_unsorted_results_are_put_in_the_order_in_which_they_were_received() -> None:
    read = read_results(io.BytesIO(ndjson(FOUND[::-1])))
    assert [result.received_at for result in read.results] == [result.received_at for result in FOUND]
    assert list(replay(read.results, NET, FAST)) == list(replay(FOUND, NET, FAST))


def test_a_bad_line_is_noted_with_its_number_and_skipped() -> None:
    record = to_record(FOUND[0])
    lines = [
        orjson.dumps(record),
        b"",
        b"{not json",
        b"[1]",
        orjson.dumps({**record, "worker": None}),
        orjson.dumps({**record, "scheduled_at": "yesterday"}),
        orjson.dumps({**record, "unknown": "field"}),
        b'"\xff"',
    ]
    read = read_results(io.BytesIO(b"\n".join(lines)))
    assert [bad.number for bad in read.bad] == [3, 4, 5, 6, 8]
    assert [bad.mistake for bad in read.bad][2] == "missing worker"
    assert read.results == [FOUND[0], FOUND[0]]


def test_plain_and_packed_files_and_standard_input_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, packed = tmp_path / "results.ndjson", tmp_path / "results.ndjson.gz"
    plain.write_bytes(ndjson(FOUND))
    packed.write_bytes(gzip.compress(ndjson(FOUND)))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(ndjson(FOUND))))
    assert read_results(plain).results == read_results(str(packed)).results == read_results("-").results == FOUND


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_results(tmp_path / "nothing.ndjson")
