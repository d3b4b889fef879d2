"""Fixtures for tests of the archive: results of past days in a store, and a place for the
archive.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from coordinator.archive.place import Place, open_place
from coordinator.store import Store
from worker.contract.clock import now
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result, result_id

DAY_MS = 86_400_000
HOT_MS = 2 * DAY_MS


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return open_place(str(tmp_path / "archive"))


@pytest.fixture
def past() -> Callable[..., list[Result]]:
    """Results of two services from three regions on a day so many days ago, in the order
    received.
    """
    today = now() // DAY_MS

    def make(days_ago: int, slots: int = 40, **fields: object) -> list[Result]:
        start = (today - days_ago) * DAY_MS
        made = []
        for slot in range(slots):
            at = start + slot * (DAY_MS // slots)
            for number, (service, region) in enumerate(
                (service, region)
                for service in ("claude", "openai")
                for region in ("eu-west", "us-east", "ap-south")
            ):
                ok = (slot + number) % 7 != 0
                made.append(
                    Result(
                        id=result_id(f"{service}-{slot % 3}", region, f"{region}-1", at, 0),
                        check=f"{service}-{slot % 3}",
                        service=service,
                        component=("api", "web")[slot % 2],
                        kind="http",
                        region=region,
                        worker=f"{region}-1",
                        scheduled_at=at,
                        started_at=at + 3,
                        received_at=at + 200 + (slot * 7 + number * 31) % 90,
                        attempt=0,
                        ok=ok,
                        reason=Reason.OK if ok else Reason.TIMEOUT,
                        blame=Blame.NONE if ok else Blame.TARGET,
                        detail="401 in 84 ms" if ok else "no answer within 10 s",
                        status_code=401 if ok else None,
                        total_ms=84.25 + slot if ok else None,
                        ip="192.0.2.1",
                        asn=64500,
                        extra={"n": slot, "text": 'a "b"\n'} if slot % 5 == 0 else {},
                    )
                )
        made.sort(key=lambda result: (result.received_at, result.id))
        return [result._replace(**fields) for result in made]  # type: ignore[arg-type]

    return make


@pytest.fixture
def keep(store: Store) -> Callable[[list[Result]], Awaitable[None]]:
    """Stores results that are rolled up already, as far as the archive can tell."""

    async def add(results: list[Result]) -> None:
        await store.results.add(results)
        await store._database.fetch("DELETE FROM rollup_due")

    return add
