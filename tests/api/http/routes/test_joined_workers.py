"""Workers that joined over HTTP: how each stands, and how its time ends."""

from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import TypeAdapter

from api.documents.joined_workers import JoinedWorkers
from coordinator.access.scopes import Scope
from coordinator.store import Heard, Store
from coordinator.store.audit import Entry
from coordinator.store.joining.invitations import Admitted, Invitation
from tests.api.http.access.asking import asking, bearer, token_of
from worker.contract.clock import now

WORKER = "/v1/workers/eu-west/eu-west-k7pq"


async def join(store: Store, region: str, worker: str) -> None:
    at = now()
    line = Entry(at, "tester", "worker joined", f"{region}/{worker}", "here")
    made = Invitation(0, f"digest of {worker}", region, None, None, at, at + 60_000)
    await store.invitations.add(made, line)

    def admit(found: Invitation | None, _keys: object) -> Admitted:
        assert found is not None
        return Admitted(found, worker, "0" * 64, at, at, line)

    await store.worker_keys.applied([await store.invitations.redeem(made.digest, admit)], at)


@pytest.fixture
async def operator(api_database: str, configured: Store) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an operator, where two workers joined, of which one was heard."""
    await join(configured, "eu-west", "eu-west-k7pq")
    await join(configured, "us-east", "us-east-aaaa")
    await configured.workers.heard([Heard("eu-west", "eu-west-k7pq", now(), {}, None)])
    token, _ = await token_of(configured, Scope.OPERATE)
    async with asking(api_database) as (api, _):
        api.headers.update(bearer(token))
        yield api


async def states(api: httpx.AsyncClient) -> dict[str, str]:
    answer = (await api.get("/v1/workers/joined")).json()
    found = TypeAdapter(JoinedWorkers).validate_python(answer)
    assert "0" * 64 not in str(answer)
    return {one["worker"]: one["state"] for one in found["items"]}


async def test_each_is_told_with_how_it_stands(operator: httpx.AsyncClient) -> None:
    assert await states(operator) == {"eu-west-k7pq": "working", "us-east-aaaa": "not heard"}


async def test_a_worker_is_told_to_leave_and_may_work_again(
    operator: httpx.AsyncClient, configured: Store
) -> None:
    assert (await operator.post(f"{WORKER}/drain")).json()["state"] == "draining"
    assert await configured.worker_keys.draining() == {("eu-west", "eu-west-k7pq")}
    assert (await operator.delete(f"{WORKER}/drain")).json()["state"] == "working"
    assert await configured.worker_keys.draining() == frozenset()
    lines = [(line.what, line.about) for _, line in await configured.audit.latest(2)]
    assert lines == [
        (what, "eu-west/eu-west-k7pq") for what in ("drain cancelled", "worker drained")
    ]


async def test_a_revoked_one_is_let_in_no_more_and_can_be_removed(
    operator: httpx.AsyncClient, configured: Store
) -> None:
    early = await operator.delete(WORKER)
    assert (early.status_code, early.json()["code"]) == (409, "still_works")
    for _ in range(2):
        assert (await operator.post(f"{WORKER}/revoke")).json()["state"] == "revoked"
    late = await operator.post(f"{WORKER}/drain")
    assert (late.status_code, late.json()["code"]) == (409, "unknown_worker")
    assert (await operator.delete(WORKER)).status_code == 204
    assert await states(operator) == {"us-east-aaaa": "not heard"}
    whats = [line.what for _, line in await configured.audit.latest(9)]
    assert whats[:2] == ["worker removed", "worker revoked"]
    assert whats.count("worker revoked") == 1


async def test_the_line_for_a_new_key_is_for_that_worker(
    operator: httpx.AsyncClient, configured: Store
) -> None:
    asked = {"region": "eu-west", "worker": "eu-west-k7pq", "api": "http://127.0.0.1:8000"}
    made = (await operator.post("/v1/invitations", json=asked)).json()
    assert made["line"].endswith(" --replace --only-write")
    (kept,) = await configured.invitations.open(now())
    assert (kept.region, kept.worker) == ("eu-west", "eu-west-k7pq")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/drain"), ("DELETE", "/drain"), ("POST", "/revoke"), ("DELETE", "")],
)
async def test_who_never_joined_is_not_found(
    operator: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await operator.request(method, f"/v1/workers/eu-west/nobody{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_joined")
