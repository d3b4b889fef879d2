"""What a vendor says of itself is kept, and changes no verdict: not live, not after a restart, not
in a replay.
"""

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coordinator.configuration import Configuration, from_document
from coordinator.domain.engine import Engine
from coordinator.evaluation.replay import replay
from coordinator.messaging.consumer import Delivery
from coordinator.runtime.receive_clock import ReceiveClock
from coordinator.store import open_store
from coordinator.verdicts.restart import rebuilt
from tests.coordinator.ingest.taking_in import TakingIn
from tests.scenarios.internet import Trouble, results, topology
from tests.scenarios.trial import FAST, at
from worker.contract import clock
from worker.contract.message import TASK_REPORT
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result, result_id
from worker.contract.standing.schedule import phase


@pytest.fixture
def with_page(document: dict[str, Any]) -> Configuration:
    """The usual configuration, and a status page of the service that does not vote."""
    found = deepcopy(document)
    page = {
        "id": "page",
        "kind": "vendor_status",
        "interval_ms": 2000,
        "timeout_ms": 1000,
        "params": {},
        "votes": False,
    }
    found["services"][0]["components"][0]["checks"].append(page)
    return from_document(found)


def rumour(look: Result, slot: int) -> Result:
    """A look at the vendor's page at the same moment: heard, or not heard."""
    kept = look._replace(
        id=result_id("page", look.region, look.worker, slot, 0), check="page", kind="vendor_status"
    )
    if slot % 2:
        return kept._replace(ok=False, reason=Reason.TIMEOUT, blame=Blame.PATH)
    return kept._replace(ok=True, reason=Reason.OK, blame=Blame.NONE)


def test_a_replay_says_the_same_whatever_the_vendor_says() -> None:
    net = topology()
    regular = next(check for check in net.checks if check.service == "claude")
    looks = results(net, at(0), at(70), [Trouble(at(20), at(40), services=["claude"])])
    page = replace(regular, id="page", kind="vendor_status")
    rumours = [rumour(look, slot) for slot, look in enumerate(looks) if look.check == regular.id]
    told = sorted([*looks, *rumours], key=lambda look: look.received_at)

    assert list(replay(told, net, FAST)) == list(replay(looks, net, FAST))
    voting = replace(net, checks=(*net.checks, page))
    assert list(replay(told, voting, FAST)) != list(replay(looks, net, FAST)), (
        "it would have changed something"
    )


async def test_after_a_restart_it_does_not_vote(tmp_path: Path, with_page: Configuration) -> None:
    async with open_store(f"sqlite://{tmp_path}/store.db") as store:
        engine = await rebuilt(store, with_page)

    assert "page" not in engine._all_series
    assert "api" in engine._all_series


async def test_live_it_is_kept_and_does_not_vote(
    tmp_path: Path, with_page: Configuration, document: dict[str, Any]
) -> None:
    async with open_store(f"sqlite://{tmp_path}/store.db") as store:
        before = from_document(document)
        engine = Engine(before.judged, before.rules)
        now = clock.now()
        receive_clock = ReceiveClock(lambda: now, lambda: now / 1000)
        ingest = TakingIn(store, engine, before, receive_clock).ingest
        ingest.configure(with_page)
        page = with_page.topology.check["page"]
        slot = page.slot(now) - 1
        row = (
            "page",
            slot,
            0,
            slot * page.interval_ms + phase("page", "eu-west", page.interval_ms),
            now,
            False,
            "timeout",
            "path",
            "",
            None,
            None,
            None,
            None,
            None,
            9.0,
            None,
            {},
        )
        report = {
            "v": 1,
            "worker": "eu-west-1",
            "boot": "b",
            "seq": 1,
            "sent_at": now,
            "rows": [row],
        }
        body = json.dumps([[report], {}, {}]).encode()
        await ingest.step([Delivery("eu-west", TASK_REPORT, body, clock.monotonic_s())])

        assert [result.check for result in await store.results.recent(now - 120_000)] == ["page"]
    assert "page" not in engine._all_series
    assert not engine.asks()
