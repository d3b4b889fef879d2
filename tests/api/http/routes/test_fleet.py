"""Regions, workers and gaps over HTTP."""

import httpx
from pydantic import TypeAdapter

from api.documents.fleet import Gaps, Regions, VitalsView, Workers
from api.documents.picture.standpoints import elsewhere, together
from api.documents.worker_metrics import MOST_LABELS
from coordinator.store import MOST_WORKERS, Heard, Store
from tests.api import seeds
from worker.contract.clock import now
from worker.contract.instant import rfc3339


async def test_regions_tell_their_fitness_and_why(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await seeds.judged(configured, now(), fitness={"eu-west": "unfit", "us-east": "silent"})
    answer = (await api.get("/v1/regions")).json()
    TypeAdapter(Regions).validate_python(answer)
    found = {
        region["id"]: (region["fitness"], region["why"], region["workers"])
        for region in answer["items"]
    }
    assert found["eu-west"] == ("unfit", "3 of 3 references fail", 1)
    assert found["us-east"] == ("silent", "not heard for 95 s", 1)
    assert found["ap-northeast"] == ("fit", "", 1)


async def test_a_region_that_was_never_heard_is_silent(
    configured: Store, api: httpx.AsyncClient
) -> None:
    found = (await api.get("/v1/regions")).json()["items"]
    assert {(region["fitness"], region["why"], region["at"]) for region in found} == {
        ("silent", "nothing heard yet", None)
    }


async def test_workers_tell_their_vitals(configured: Store, api: httpx.AsyncClient) -> None:
    at = now()
    await seeds.judged(configured, at)
    answer = (await api.get("/v1/workers")).json()
    TypeAdapter(Workers).validate_python(answer)
    worker = answer["items"][0]
    assert (worker["region"], worker["fitness"], worker["heard_at"]) == (
        "ap-northeast",
        "fit",
        rfc3339(at),
    )
    assert worker["vitals"]["started_at"] == rfc3339(at - 3_600_000)
    assert worker["vitals"]["clock_ahead_ms"] == -4_200
    assert worker["vitals"].keys() <= VitalsView.__annotations__.keys()


async def test_gaps_are_filtered_and_the_latest_comes_first(
    configured: Store, api: httpx.AsyncClient
) -> None:
    at = now()
    await configured.gaps.add(
        [seeds.gap(at - 7_200_000), seeds.gap(at - 600_000), seeds.gap(at - 300_000, "eu-west")]
    )
    everything = (await api.get("/v1/gaps")).json()
    TypeAdapter(Gaps).validate_python(everything)
    assert [gap["region"] for gap in everything["items"]] == ["eu-west", "sa-east", "sa-east"]
    for params, count in (
        ({"since": "1h"}, 2),
        ({"region": "eu-west"}, 1),
        ({"service": "openai"}, 0),
        ({"limit": 1}, 1),
    ):
        assert len((await api.get("/v1/gaps", params=params)).json()["items"]) == count


async def test_forged_workers_neither_swell_the_metrics_nor_the_list(
    configured: Store, api: httpx.AsyncClient
) -> None:
    at = now()
    await seeds.judged(configured, at - 60_000)
    vitals = {"in_flight": 2, "dropped_reports": 1}
    await configured.workers.heard(
        Heard("eu-west", f"forged-{n}", at, vitals) for n in range(18_541)
    )
    await configured.workers.heard([Heard("eu-west", "eu-west-1", at + 1, vitals)])
    listed = (await api.get("/v1/workers")).json()["items"]
    assert len(listed) == MOST_WORKERS + len(seeds.REGIONS) - 1
    text = (await api.get("/metrics")).text
    assert len(text) < 100_000
    assert 'outscope_worker_looks_in_flight{region="eu-west",worker="eu-west-1"} 2.0' in text
    others = MOST_WORKERS - MOST_LABELS
    assert f'looks_in_flight{{region="eu-west",worker="_others"}} {2.0 * others}' in text
    assert 'outscope_region_workers{region="eu-west"} 100.0' in text
    assert await configured.workers.forget(at - 1_000) == 18_541 - MOST_WORKERS + len(seeds.REGIONS)


async def test_regions_tell_where_they_are_seen_and_with_whom_they_count_as_one(
    configured: Store, api: httpx.AsyncClient
) -> None:
    at = now()
    await seeds.judged(configured, at)
    told = {"region": "eu-west", "fitness": "fit", "why": "", "at": rfc3339(at)}
    await configured.standings.put(
        "region", "eu-west", at, {**told, "together": ["us-east", "one that is gone"]}
    )
    await configured.workers.heard(
        Heard(region, f"{region}-1", at, None, "193.0.0.1", None, country)
        for region, country in (("eu-west", "IE"), ("us-east", "NL"))
    )
    answer = (await api.get("/v1/regions")).json()
    TypeAdapter(Regions).validate_python(answer)
    found = {region["id"]: region for region in answer["items"]}
    assert [found[name]["place"] for name in ("eu-west", "us-east", "ap-northeast")] == [
        {"claimed": "IE", "observed": "IE", "agrees": True},
        {"claimed": "US", "observed": "NL", "agrees": False},
        {"claimed": "JP", "observed": None, "agrees": None},
    ]
    assert found["eu-west"]["together"] == ["us-east"]
    assert found["us-east"]["together"] == []
    assert elsewhere(found["us-east"]) == "its address is in NL, not in US"
    assert together(found["eu-west"]) == "counts as one vantage point with us-east"
    assert elsewhere(found["eu-west"]) == together(found["us-east"]) == ""
