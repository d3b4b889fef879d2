"""The relay over HTTP, in front of a real broker: whom it serves, what it gives and takes, and what
it refuses.
"""

import asyncio
import gzip
import json
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.http.settings import ApiSettings, ApiSettingsError, read_api_settings
from coordinator.messaging.acl import worker_user
from coordinator.relay.relay import MOST_OF_ONE
from coordinator.store import Store
from tests.api.server import Server
from tests.faults.broker import Broker
from tests.faults.coordinator import Coordinator, check
from tests.faults.joined import SECRET, acl, keyed, let_in, throw_out
from worker.contract.clock import now
from worker.contract.http.relaying import ADDRESS, BOOT, MOST_REPORTS, ORDERS, REPORTS, SEEN_FROM
from worker.contract.message import Receipt, worker_queue

pytestmark = pytest.mark.slow
REGION, WORKER = "eu-west", "eu-west-1"
SOON_S = 30.0
REPORT = {"v": 1, "worker": WORKER, "boot": "b", "seq": 0, "sent_at": 0, "rows": []}


def basic(worker: str = WORKER, secret: str = SECRET, region: str = REGION) -> str:
    return "Basic " + b64encode(f"{worker_user(region, worker)}:{secret}".encode()).decode()


@pytest.fixture
def valkey(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Broker]:
    """A broker that knows one worker."""
    broker = Broker(free_port(), tmp_path / "valkey", acl=acl(REGION, WORKER, SECRET))
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
async def relay(
    configured: Store, valkey: Broker, api_database: str, free_port: Callable[[], int]
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a real server, with the worker's key."""
    await keyed(configured, REGION, WORKER)
    server = Server(api_database, free_port(), relay_broker=valkey.url)
    await asyncio.to_thread(server.start)
    headers = {"authorization": basic(), BOOT: "b1"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as client:
        yield client
    await asyncio.to_thread(server.stop)


@pytest.fixture
def wire(valkey: Broker) -> Iterator[Coordinator]:
    """The coordinator's end of the broker."""
    with Coordinator(valkey.url) as found:
        yield found


async def asked(relay: httpx.AsyncClient, wait_s: float = 20.0, batch: str = "") -> dict[str, Any]:
    answer = await relay.post(ORDERS, json={"wait_s": wait_s, "acknowledged": batch})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def until(condition: Callable[[], object], what: str) -> None:
    give_up_s = time.monotonic() + SOON_S
    while not condition():
        assert time.monotonic() < give_up_s, what
        await asyncio.sleep(0.05)


SPEC = check("web", "http", url="http://127.0.0.1:9/")


async def test_an_order_ends_the_wait_and_is_told_again_until_it_is_acknowledged(
    relay: httpx.AsyncClient, wire: Coordinator
) -> None:
    waiting = asyncio.create_task(asked(relay))
    await asyncio.sleep(0.5)
    await asyncio.to_thread(wire.order, [SPEC], [(0, 1)])
    first = await waiting
    (message,) = first["messages"]
    assert message["task"] == "outscope.look"
    assert message["expires"]
    assert message["said"][0][0]["looks"][0][1] == 1
    again = await asked(relay)
    assert again == first
    assert (await asked(relay, 0, first["batch"]))["messages"] == []


async def test_a_workers_own_queue_comes_before_that_of_its_region(
    relay: httpx.AsyncClient, wire: Coordinator
) -> None:
    for slot in range(40):
        await asyncio.to_thread(wire.order, [SPEC], [(0, slot)])
    receipt = Receipt(worker=WORKER, boot="b", seqs=(1,), at=now()).model_dump(mode="json")
    to = worker_queue(REGION, WORKER)
    await asyncio.to_thread(wire.send, receipt, task="outscope.receipt", to=to, expires_s=None)
    found, batch = [], ""
    while len(found) < 41:
        told = await asked(relay, 1, batch)
        assert told["messages"], found
        batch = told["batch"]
        found += told["messages"]
    assert [one["task"] for one in found[:2]] == ["outscope.receipt", "outscope.look"]
    slots = [one["said"][0][0]["looks"][0][1] for one in found[1:]]
    assert slots == list(range(40))


async def test_a_question_takes_the_place_of_one_whose_worker_hung_up(
    relay: httpx.AsyncClient, wire: Coordinator, valkey: Broker
) -> None:
    hung = asyncio.create_task(asked(relay, 25))
    await until(lambda: valkey.client().info("clients")["blocked_clients"], "the question")
    newer = asyncio.create_task(asked(relay, 25))
    assert (await asyncio.wait_for(hung, 15))["messages"] == []
    await asyncio.to_thread(wire.order, [SPEC], [(0, 1)])
    assert len((await newer)["messages"]) == 1


async def test_what_was_taken_for_a_worker_that_hung_up_is_kept_for_it(
    relay: httpx.AsyncClient, wire: Coordinator, valkey: Broker
) -> None:
    with pytest.raises(httpx.ReadTimeout):
        await relay.post(ORDERS, json={"wait_s": 25}, timeout=0.7)
    await asyncio.to_thread(wire.order, [SPEC], [(0, 1)])
    assert len((await asked(relay))["messages"]) == 1


async def test_reports_come_to_the_queue_of_the_workers_region_as_they_are(
    relay: httpx.AsyncClient, wire: Coordinator
) -> None:
    lines = [json.dumps(REPORT | {"seq": seq}).encode() for seq in range(5)]
    plain = await relay.post(REPORTS, content=b"\n".join(lines[:2]))
    packed = await relay.post(
        REPORTS,
        content=gzip.compress(b"\n".join(lines[2:]) + b"\n"),
        headers={"content-encoding": "gzip"},
    )
    assert [plain.json(), packed.json()] == [{"taken": 2}, {"taken": 3}]
    assert plain.headers[SEEN_FROM] == "127.0.0.1"
    await until(lambda: {r.seq for r in wire.reports} == set(range(5)), "the reports")


async def test_anybody_is_told_from_where_he_is_seen(relay: httpx.AsyncClient) -> None:
    answer = await relay.get(ADDRESS, headers={"authorization": ""})
    assert answer.json() == {"address": "127.0.0.1"}
    proxied = await relay.get(ADDRESS, headers={"x-forwarded-for": "6.6.6.6, 203.0.113.7"})
    assert proxied.json() == {"address": "203.0.113.7"}


NOT_LET_IN: dict[str, dict[str, str]] = {
    "no key": {"authorization": ""},
    "another scheme": {"authorization": "Bearer abc"},
    "no base64": {"authorization": "Basic *"},
    "no colon": {"authorization": "Basic " + b64encode(b"worker.eu-west.a").decode()},
    "another secret": {"authorization": basic(secret="guessed")},
    "an empty secret": {"authorization": basic(secret="")},
    "another worker": {"authorization": basic("eu-west-2")},
    "another region": {"authorization": basic(region="us-east")},
    "the coordinator": {"authorization": "Basic " + b64encode(b"coordinator:pw").decode()},
    "a longer one": {"authorization": basic(secret="x" * 10_000)},
}


async def test_who_has_no_good_key_is_not_served(relay: httpx.AsyncClient) -> None:
    asked = ((ORDERS, b"{}"), (REPORTS, json.dumps(REPORT).encode()))
    for (path, sent), (case, headers) in product(asked, NOT_LET_IN.items()):
        answer = await relay.post(path, content=sent, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "key_refused"), (case, path)
        assert len(answer.json()["detail"]) > 30
        assert SECRET not in answer.text


async def test_misuse_of_a_key_leaves_one_line(relay: httpx.AsyncClient, configured: Store) -> None:
    for _ in range(5):
        await relay.post(ORDERS, json={}, headers={"authorization": basic(secret="guessed")})
    found = [line for _, line in await configured.audit.latest(9) if "refused" in line.what]
    (line,) = found
    assert (line.what, line.about) == ("relay refused", "key_refused eu-west/eu-west-1")
    assert line.who == line.source == "127.0.0.1"


async def test_a_revoked_key_ends_an_open_wait_and_what_comes_after(
    relay: httpx.AsyncClient, configured: Store
) -> None:
    waiting = asyncio.create_task(relay.post(ORDERS, json={"wait_s": 25}))
    await asyncio.sleep(0.5)
    at = now()
    entry = next(line for _, line in await configured.audit.latest(1))
    await configured.worker_keys.revoke(REGION, WORKER, at, entry)
    answer = await asyncio.wait_for(waiting, 15)
    assert (answer.status_code, answer.json()["code"]) == (403, "key_refused")
    later = await relay.post(REPORTS, content=json.dumps(REPORT).encode())
    assert later.status_code == 403


async def test_a_broker_that_throws_a_good_key_out_is_waited_for(
    relay: httpx.AsyncClient, valkey: Broker, wire: Coordinator
) -> None:
    assert (await asked(relay, 0))["messages"] == []
    throw_out(valkey, REGION, WORKER)
    answer = await relay.post(ORDERS, json={"wait_s": 5})
    assert (answer.status_code, answer.json()["code"]) == (503, "broker_away")
    assert "retry-after" in answer.headers
    let_in(valkey, REGION, WORKER, SECRET)
    await asyncio.to_thread(wire.order, [SPEC], [(0, 1)])
    assert len((await asked(relay))["messages"]) == 1


async def test_a_broker_that_is_away_is_told_and_comes_back(
    relay: httpx.AsyncClient, valkey: Broker
) -> None:
    assert (await asked(relay, 0))["messages"] == []
    valkey.kill()
    for path, sent in ((ORDERS, b'{"wait_s": 5}'), (REPORTS, json.dumps(REPORT).encode())):
        answer = await relay.post(path, content=sent)
        assert (answer.status_code, answer.json()["code"]) == (503, "broker_away"), path
    valkey.start()
    assert (await asked(relay, 0))["messages"] == []


async def test_a_broker_without_room_is_told(relay: httpx.AsyncClient, valkey: Broker) -> None:
    valkey.client().config_set("maxmemory", "1mb")
    valkey.client().config_set("maxmemory-policy", "noeviction")
    answer = await relay.post(REPORTS, content=json.dumps(REPORT).encode())
    assert (answer.status_code, answer.json()["code"]) == (503, "broker_full")


GOOD = json.dumps(REPORT).encode()
REFUSED: dict[str, tuple[str, bytes, dict[str, str], int]] = {
    "no JSON": (ORDERS, b"\x00\xff", {}, 422),
    "a list": (ORDERS, b"[]", {}, 422),
    "a wait for ever": (ORDERS, b'{"wait_s": 1e9}', {}, 422),
    "a wait of nothing": (ORDERS, b'{"wait_s": NaN}', {}, 422),
    "a long question": (ORDERS, b" " * 2_000 + b"{}", {}, 413),
    "no start": (ORDERS, b"{}", {BOOT: ""}, 422),
    "a start that is none": (ORDERS, b"{}", {BOOT: "a b"}, 422),
    "a report that is none": (REPORTS, b"report", {}, 422),
    "a list of reports": (REPORTS, b"[" + GOOD + b"]", {}, 422),
    "one that breaks out": (REPORTS, GOOD + b"],{},{}],", {}, 422),
    "deep": (REPORTS, b'{"a":' * 50_000, {}, 422),
    "many": (REPORTS, b"{}\n" * 2_000, {}, 422),
    "no gzip": (REPORTS, GOOD, {"content-encoding": "gzip"}, 422),
    "half a gzip": (REPORTS, gzip.compress(GOOD * 100)[:-9], {"content-encoding": "gzip"}, 422),
    "another coding": (REPORTS, GOOD, {"content-encoding": "br"}, 422),
    "huge": (REPORTS, b"{" + b" " * MOST_REPORTS + b"}", {}, 413),
    "a bomb": (REPORTS, gzip.compress(bytes(MOST_REPORTS * 5)), {"content-encoding": "gzip"}, 413),
}


async def test_what_no_worker_says_is_refused_and_nothing_of_it_arrives(
    relay: httpx.AsyncClient, valkey: Broker
) -> None:
    for case, (path, sent, headers, status) in REFUSED.items():
        answer = await relay.post(path, content=sent, headers=headers)
        assert answer.status_code == status, (case, answer.text)
        assert len(answer.json()["detail"]) > 30
    assert valkey.client().keys("reports.*") == []
    assert (await asked(relay, 0))["messages"] == []


async def test_a_flood_of_one_worker_keeps_no_other_waiting(
    relay: httpx.AsyncClient, valkey: Broker, configured: Store
) -> None:
    other = "eu-west-2"
    await keyed(configured, REGION, other, "its own secret")
    let_in(valkey, REGION, other, "its own secret")
    big = gzip.compress(b"\n".join([json.dumps(REPORT | {"boot": "x" * 1_000_000}).encode()] * 8))
    packed = {"content-encoding": "gzip"}
    flood = [relay.post(REPORTS, content=big, headers=packed) for _ in range(12)]
    flooding = asyncio.gather(*flood)
    headers = {"authorization": basic(other, "its own secret"), BOOT: "b2"}
    for _ in range(5):
        answer = await relay.post(REPORTS, content=GOOD, headers=headers)
        assert answer.json() == {"taken": 1}
    statuses = {answer.status_code for answer in await flooding}
    assert statuses == {200, 429}
    assert (await relay.post(REPORTS, content=GOOD)).headers["retry-after"]
    assert (await relay.post(REPORTS, content=GOOD, headers=headers)).status_code == 200


async def test_many_starts_of_one_worker_take_no_more_than_its_share_of_the_broker(
    relay: httpx.AsyncClient, valkey: Broker
) -> None:
    for number in range(10):
        answer = await relay.post(ORDERS, json={"wait_s": 0}, headers={BOOT: f"start{number}"})
        assert answer.status_code == 200
    clients = valkey.client().client_list()
    assert sum(one["user"] == worker_user(REGION, WORKER) for one in clients) <= MOST_OF_ONE


async def test_an_api_that_is_no_relay_says_where_one_is(
    configured: Store, api_database: str, free_port: Callable[[], int]
) -> None:
    for relay, said in (("off", "OUTSCOPE_RELAY"), ("https://relay.example.com", "relay.example")):
        server = Server(api_database, free_port(), relay=relay)
        await asyncio.to_thread(server.start)
        try:
            async with httpx.AsyncClient(base_url=server.url) as client:
                answer = await client.post(ORDERS, json={})
        finally:
            await asyncio.to_thread(server.stop)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert said in answer.json()["detail"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OUTSCOPE_RELAY", "yes"),
        ("OUTSCOPE_RELAY", "http://relay.example.com"),
        ("OUTSCOPE_RELAY", "https://user:password@relay.example.com"),
        ("OUTSCOPE_RELAY_BROKER", "broker.internal"),
        ("OUTSCOPE_RELAY_BROKER", "redis://user:hunter2@broker.internal:6379/0"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(name: str, value: str) -> None:
    environ = {"OUTSCOPE_DATABASE": "sqlite://x.db", name: value}
    with pytest.raises(ApiSettingsError, match=name) as told:
        read_api_settings(environ, None, "127.0.0.1", 8000)
    assert "hunter2" not in str(told.value)


def test_the_settings_of_a_relay() -> None:
    environ = {"OUTSCOPE_DATABASE": "sqlite://x.db", "OUTSCOPE_RELAY_BROKER": "redis://b:6379/0"}
    found: ApiSettings = read_api_settings(environ, None, "127.0.0.1", 8000)
    assert (found.relay, found.relay_broker) == ("on", "redis://b:6379/0")
