"""Results over HTTP: pages, filters, exports."""

import gzip
import json
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from api.documents.results import ResultRecord
from coordinator.store import Store
from tests.api import seeds
from worker.contract.clock import now
from worker.contract.instant import rfc3339
from worker.contract.result import FIELDS, from_record, to_record

AT = 1_772_368_320_000


async def test_records_have_the_names_and_order_of_the_contract(
    configured: Store, api: httpx.AsyncClient
) -> None:
    result = seeds.result(AT, reason="timeout")
    await configured.results.add([result])
    (record,) = (await api.get("/v1/results")).json()["items"]
    assert list(record) == list(FIELDS)
    assert list(ResultRecord.__annotations__) == list(FIELDS)
    assert record == to_record(result)
    assert from_record(record) == result
    TypeAdapter(ResultRecord).validate_python(record)


async def test_pages_follow_each_other_without_loss_or_repeat(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await configured.results.add([seeds.result(AT + n * 1_000, n) for n in range(25)])
    seen, params = [], {"limit": "10"}
    while True:
        page = (await api.get("/v1/results", params=params)).json()
        seen += [record["attempt"] for record in page["items"]]
        if page["next"] is None:
            break
        params["cursor"] = page["next"]
    assert seen == list(range(24, -1, -1))


@pytest.mark.parametrize(
    ("params", "numbers"),
    [
        ({"service": "openai"}, [1]),
        ({"component": "api"}, [3, 2, 1, 0]),
        ({"component": "web"}, []),
        ({"region": "us-east"}, [2]),
        ({"worker": "us-east-1"}, [2]),
        ({"check": "openai-api"}, [1]),
        ({"reason": "timeout"}, [3]),
        ({"ok": "false"}, [3]),
        ({"ok": "true", "region": "eu-west"}, [1, 0]),
        ({"since": rfc3339(AT + 2_000)}, [3, 2]),
        ({"until": rfc3339(AT + 2_000)}, [1, 0]),
        ({"since": "1h"}, []),
    ],
)
async def test_filters_choose(
    configured: Store, api: httpx.AsyncClient, params: Any, numbers: list[int]
) -> None:
    await configured.results.add(
        [
            seeds.result(AT, 0),
            seeds.result(AT + 1_000, 1, service="openai"),
            seeds.result(AT + 2_000, 2, region="us-east"),
            seeds.result(AT + 3_000, 3, reason="timeout"),
        ]
    )
    found = (await api.get("/v1/results", params=params)).json()["items"]
    assert [record["attempt"] for record in found] == numbers
    exported = (await api.get("/v1/exports/results", params=params)).text.splitlines()
    assert [json.loads(line)["attempt"] for line in exported] == numbers[::-1]


async def test_relative_times_count_from_now(configured: Store, api: httpx.AsyncClient) -> None:
    await configured.results.add(
        [seeds.result(now() - 300_000, 0), seeds.result(now() - 900_000, 1)]
    )
    found = (await api.get("/v1/results", params={"since": "10m"})).json()["items"]
    assert [record["attempt"] for record in found] == [0]


async def test_an_export_is_every_record_in_the_order_of_receipt(
    configured: Store, api: httpx.AsyncClient
) -> None:
    results = [
        seeds.result(AT + n * 30_000, n, received_at=AT + 9_000_000 - n) for n in range(2_500)
    ]
    await configured.results.add(results)
    answer = await api.get("/v1/exports/results?format=ndjson")
    assert answer.headers["content-type"] == "application/x-ndjson"
    records = [json.loads(line) for line in answer.text.splitlines()]
    assert records == [to_record(result) for result in reversed(results)]
    packed = await api.get("/v1/exports/results?compression=gzip")
    assert packed.headers["content-disposition"] == 'attachment; filename="results.ndjson.gz"'
    assert gzip.decompress(packed.content) == answer.content


async def test_an_export_of_nothing_is_empty_and_still_a_gzip_file(
    configured: Store, api: httpx.AsyncClient
) -> None:
    assert (await api.get("/v1/exports/results")).content == b""
    assert gzip.decompress((await api.get("/v1/exports/results?compression=gzip")).content) == b""
