"""`outscope look` against a real server, with the coordinator's part played."""

import asyncio
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from click.testing import Result

from coordinator.access.scopes import Scope
from coordinator.domain.schedule.wishes import Came
from coordinator.store import Store
from tests.api import seeds
from tests.api.http.access.asking import token_of
from worker.contract.clock import now

Run = Callable[..., Result]
Seed = Callable[[Callable[[Store], Any]], None]


@pytest.fixture
def looked(outscope: Run, seed: Seed) -> Iterator[Run]:
    """Runs `outscope look`; every look is ordered and seen, but those of one region."""
    found: list[str] = []

    async def prepared(store: Store) -> None:
        await store.configurations.save(seeds.configuration(), now())
        found.append((await token_of(store, Scope.READ, Scope.OPERATE))[0])

    async def played(store: Store) -> None:
        async with asyncio.timeout(60):
            while not (jobs := await store.look_jobs.waiting(now())):  # noqa: ASYNC110
                await asyncio.sleep(0.05)  # another thread asks
        (job,) = jobs
        at = now()
        looks = [
            look._replace(
                attempt=80, came=Came.SILENT if look.region == "sa-east" else Came.ORDERED
            )
            for look in job.looks
        ]
        await store.look_jobs.take(replace(job, looks=looks, taken_at=at, over_by=at + 60_000))
        ordered = [look for look in looks if look.came is Came.ORDERED]
        await store.results.add(
            [
                seeds.result(at, 80, region=one.region, check=one.check, id=f"{number:024}")
                for number, one in enumerate(ordered)
            ]
        )

    seed(prepared)
    with ThreadPoolExecutor(1) as threads:

        def run(*arguments: str, plays: bool = True) -> Result:
            playing = threads.submit(seed, played) if plays else None
            said = outscope("look", *arguments, OUTSCOPE_TOKEN=found[0])
            if playing is not None:
                playing.result()
            return said

        yield run


def test_a_service_is_looked_at_and_what_did_not_come_back_is_said(looked: Run) -> None:
    said = looked("openai")
    assert said.exit_code == 1, said.output
    assert "no worker of this region is heard" in said.output
    assert said.output.count("eu-west-1") == 2


def test_a_check_is_looked_at_from_some_regions(looked: Run) -> None:
    said = looked("claude-api", "--region", "eu-west", "--region", "us-east", "--json")
    assert said.exit_code == 0, said.output
    looks = json.loads(said.output)["looks"]
    assert [(one["region"], one["result"]["reason"]) for one in looks] == [
        ("us-east", "ok"),
        ("eu-west", "ok"),
    ]


def test_what_is_not_configured_is_said_of_services_and_checks(looked: Run) -> None:
    said = looked("claude-ap", plays=False)
    assert said.exit_code == 1
    assert "no service 'claude-ap'" in said.output
    assert "did you mean `claude-api`?" in said.output
    said = looked("claude", "--region", "mars", plays=False)
    assert "not looked at from a region 'mars'" in said.output
    assert "no check" not in said.output
