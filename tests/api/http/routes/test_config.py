"""The configuration over HTTP: the same file, the same sentences; and who manages what."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.configuration import apply_configuration, parameter_models
from api.http.routes.config_entries import merged
from api.operator import line
from coordinator.access.scopes import Scope
from coordinator.configuration import (
    DEFAULT,
    changes,
    from_document,
    load_configuration,
    load_document,
    written,
)
from coordinator.configuration.changing.managed import ManagedError
from coordinator.store import Store
from tests.api.http.access.asking import bearer, token_of

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
FILE = """
regions: [{id: eu-west}, {id: us-east}]
services:
  - id: shop
    components:
      - id: web
        checks:
          - {id: shop-web, kind: http, url: "https://shop.example/", interval: 30s}
"""
CHECK = {"kind": "tcp", "host": "api.example", "port": 443, "interval": "10s"}
ENTRY = {"components": [{"id": "api", "checks": [{"id": "other-api", **CHECK}]}]}


@pytest.fixture
async def writer(api: httpx.AsyncClient, api_store: Store) -> httpx.AsyncClient:
    """A client that may write."""
    token, _ = await token_of(api_store, Scope.WRITE)
    api.headers.update(bearer(token))
    return api


@pytest.fixture
async def filed(writer: httpx.AsyncClient, api_database: str) -> httpx.AsyncClient:
    """With a configuration that was applied from a file."""
    configuration = load_document(FILE, "outscope.yaml", parameter_models())
    await apply_configuration(api_database, configuration, line("configuration applied", "x"))
    return writer


async def document(client: httpx.AsyncClient) -> Any:
    return (await client.get("/v1/config")).json()


async def test_a_file_is_put_in_force_as_apply_does(
    writer: httpx.AsyncClient, api_store: Store
) -> None:
    dry = await writer.put("/v1/config?dry_run=true", content=FILE)
    assert (dry.status_code, dry.json()["applied"], dry.json()["version"]) == (200, False, 0)
    assert {"verb": "added", "what": "service", "id": "shop", "fields": []} in dry.json()["changes"]
    assert await api_store.configurations.version() == 0
    put = await writer.put("/v1/config", content=FILE)
    assert (put.json()["applied"], put.json()["version"]) == (True, 1)
    assert put.json()["changes"] == dry.json()["changes"]
    again = await writer.put("/v1/config", content=json.dumps((await document(writer))["document"]))
    assert again.json() == {"version": 1, "applied": False, "changes": []}
    (entry, *_) = [one for _, one in await api_store.audit.latest(10)]
    assert entry.what == "configuration put"
    assert entry.after_digest


EVERYTHING = """
politeness: {looks_per_s: 5}
secrets: {shop_key: {hosts: [shop.example]}}
regions: [{id: eu-west, country: IE, latitude: 53.3, longitude: -6.3}, {id: us-east}]
notify:
  - {id: ops, to: ["mailto://ops@shop.example"], after: 90s, workers: true}
maintenance:
  - {id: weekly, title: Weekly, from: 2026-12-06T02:00, for: 2h, zone: Europe/Berlin,
     repeat: "FREQ=WEEKLY;BYDAY=SU", without: [2026-12-27T02:00], services: [shop]}
  - {id: move, from: 2026-12-12T22:00Z, until: 2026-12-13T04:00Z, regions: [eu-west]}
  - {id: theirs, page: vendor, services: [shop/web], every: 15m}
services:
  - id: shop
    keep: {results: 30d, days: 900d}
    status_page: {provider: statuspage, url: "https://status.shop.example"}
    components:
      - id: web
        checks:
          - {id: shop-web, kind: http, url: "https://shop.example/", interval: 90s,
             headers: {authorization: "Bearer {{secret:shop_key}}"}, borrowed: false}
          - {id: vendor, kind: vendor_status, provider: statuspage,
             url: "https://status.shop.example", interval: 5m, regions: [eu-west]}
  - id: app
    depends_on: [shop/web]
    components: [{id: api, checks: [{id: app, kind: tcp, host: app.example, port: 443}]}]
judge: {}
"""


def test_what_is_written_means_the_same_again() -> None:
    kinds = parameter_models()
    for text in (
        FILE,
        EVERYTHING,
        json.dumps(written(load_configuration(DEFAULT, kinds).document)),
    ):
        found = load_document(text, "x", kinds)
        again = load_document(json.dumps(written(found.document)), "x", kinds)
        assert changes(found, again) == []
        assert again.digest == found.digest


async def test_a_mistake_is_told_with_its_pointer_and_changes_nothing(
    filed: httpx.AsyncClient, api_store: Store
) -> None:
    wrong = await filed.put("/v1/config", content=FILE.replace("30s", "30"))
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_configuration")
    (mistake,) = wrong.json()["errors"]
    assert mistake["pointer"] == "/services/0/components/0/checks/0/interval"
    assert "is not a duration" in mistake["message"]
    for body in (b"\xff", b"a: b: c", b"", b"[]", b"include: [/etc/passwd]", b"{" * 100_000):
        answer = await filed.put("/v1/config", content=body)
        assert answer.status_code in {413, 422}, body[:20]
        assert "root:" not in answer.text
    assert await api_store.configurations.version() == 1


async def test_a_service_is_made_changed_and_removed(filed: httpx.AsyncClient) -> None:
    path = "/v1/config/services/other"
    assert (await filed.get(path)).status_code == 404
    assert (await filed.put(path, json=ENTRY)).json()["version"] == 2
    assert (await filed.put(path, json=ENTRY)).json()["applied"] is False
    found = (await filed.get(path)).json()
    assert found["components"][0]["checks"][0] == {"id": "other-api", "timeout": "10s", **CHECK}
    check = f"{path}/components/api/checks/other-api"
    patched = await filed.patch(check, json={"interval": "1m", "port": 8443})
    (change,) = patched.json()["changes"]
    assert {one["name"] for one in change["fields"]} >= {"port"}
    assert (await filed.get(check)).json()["interval"] in {"1m", "60s"}
    second = f"{path}/components/api/checks/other-api-2"
    assert (await filed.put(second, json=CHECK)).json()["applied"] is True
    assert (await filed.delete(second)).json()["applied"] is True
    assert (await filed.delete(second)).json()["applied"] is False
    lonely = await filed.delete(check)
    assert (lonely.status_code, lonely.json()["code"]) == (422, "invalid_configuration")
    assert (await filed.delete(path)).json()["applied"] is True
    assert (await document(filed))["managed_by_api"] == {}
    assert (await filed.put("/v1/config/regions/ap", json={"name": "Asia"})).json()["applied"]
    assert (await document(filed))["managed_by_api"] == {"regions": ["ap"]}


async def test_who_is_told_is_subscribed_and_let_go(
    filed: httpx.AsyncClient, api_database: str
) -> None:
    path = "/v1/config/notify/hook"
    rule = {"to": ["https://hooks.shop.example/x"], "services": ["shop"], "secret": SECRET}
    wrong = await filed.put(path, json={"to": ["nonsense"]})
    assert wrong.json()["code"] == "invalid_configuration"
    assert (await filed.put(path, json=rule)).json()["applied"] is True, "subscribed"
    configuration = load_document(FILE, "outscope.yaml", parameter_models())
    await apply_configuration(api_database, configuration, line("configuration applied", "x"))
    assert (await filed.get(path)).json()["services"] == ["shop"]
    later = {"title": "Move", "from": "2036-12-12T22:00Z", "for": "2h"}
    assert (await filed.put("/v1/config/maintenance/move", json=later)).json()["applied"] is True
    assert (await filed.get("/v1/config/maintenance/move")).json()["for"] == "2h"
    assert (await filed.delete(path)).json()["applied"] is True
    gone = await filed.get(path)
    assert (gone.status_code, gone.json()["code"]) == (404, "not_configured")


async def test_neither_overwrites_what_the_other_manages(
    filed: httpx.AsyncClient, api_database: str
) -> None:
    own = await filed.patch("/v1/config/services/shop", json={"name": "Shop"})
    assert (own.status_code, own.json()["code"]) == (409, "managed_elsewhere")
    await filed.put("/v1/config/services/other", json=ENTRY)
    kinds = parameter_models()
    faster = load_document(FILE.replace("30s", "20s"), "x", kinds)
    told = await apply_configuration(api_database, faster, line("configuration applied", "x"))
    assert [(one.verb, one.id) for one in told] == [("changed", "shop-web")]
    assert [one["id"] for one in (await document(filed))["document"]["services"]] == [
        "shop",
        "other",
    ]
    text = json.loads(json.dumps((await document(filed))["document"]))
    whole = load_document(json.dumps(text), "x", kinds)
    with pytest.raises(ManagedError, match="--take-over"):
        await apply_configuration(api_database, whole, line("configuration applied", "x"))
    assert (await filed.put("/v1/config", json=text)).status_code == 409
    taken = await filed.put("/v1/config?take_over=true", json=text)
    assert taken.json()["applied"] is True, taken.text
    assert (await document(filed))["managed_by_api"] == {}
    renamed = await filed.patch("/v1/config/services/shop?take_over=true", json={"name": "Shop"})
    assert renamed.json().get("applied") is True, renamed.text
    assert (await document(filed))["managed_by_api"] == {"services": ["shop"]}


async def test_a_change_is_made_to_the_version_that_was_seen(filed: httpx.AsyncClient) -> None:
    seen = (await filed.get("/v1/config")).headers["etag"]
    path = "/v1/config/services/other"
    first = await filed.put(path, json=ENTRY, headers={"if-match": seen})
    assert first.headers["etag"] != seen
    late = await filed.delete(path, headers={"if-match": seen})
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    assert (await filed.delete(path, headers={"if-match": first.headers["etag"]})).is_success
    assert (await filed.get("/v1/config", headers={"if-none-match": seen})).status_code == 200
    packed = await filed.get("/v1/config", headers={"accept-encoding": "gzip"})
    again = await filed.put(path, json=ENTRY, headers={"if-match": packed.headers["etag"]})
    assert again.is_success


async def test_a_former_version_comes_back(filed: httpx.AsyncClient) -> None:
    await filed.put("/v1/config/services/other", json=ENTRY)
    listed = (await filed.get("/v1/config/versions")).json()["items"]
    assert [one["version"] for one in listed] == [2, 1]
    assert len((await filed.get("/v1/config/versions/1")).json()["document"]["services"]) == 1
    dry = (await filed.post("/v1/config/versions/1/restore?dry_run=true")).json()
    assert (dry["applied"], dry["version"]) == (False, 2)
    back = (await filed.post("/v1/config/versions/1/restore")).json()
    assert (back["applied"], back["version"]) == (True, 3)
    assert [one["verb"] for one in back["changes"] if one["what"] == "service"] == ["removed"]
    for version in ("9", "0", "-1", str(10**30)):
        assert (await filed.get(f"/v1/config/versions/{version}")).status_code in {404, 422}


@pytest.mark.parametrize(
    "path",
    ["services", "services/A", "services/a/checks/b", "judge", "regions/a/b/c", "services/a/b/c/d"],
)
async def test_there_are_entries_only_where_they_can_be(
    filed: httpx.AsyncClient, path: str
) -> None:
    answer = await filed.put(f"/v1/config/{path}", json={})
    assert answer.status_code == (404 if path in {"services", "judge"} else 422)


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b'{"id": "b"}', b'{"nope": 1}', b"[" * 50_000])
async def test_what_is_no_entry_is_refused(filed: httpx.AsyncClient, body: bytes) -> None:
    answer = await filed.put("/v1/config/services/a", content=body)
    assert answer.status_code == 422
    assert (await filed.get("/v1/config/services/a")).status_code == 404
    deep = await filed.put("/v1/config/services/a/components/b", json={})
    assert (deep.status_code, deep.json()["code"]) == (404, "not_configured")


async def test_two_who_write_at_once_both_take_effect(filed: httpx.AsyncClient) -> None:
    puts = (filed.put(f"/v1/config/regions/r{n}", json={}) for n in range(4))
    assert all(one.is_success for one in await asyncio.gather(*puts))
    ids = {one["id"] for one in (await document(filed))["document"]["regions"]}
    assert ids >= {f"r{n}" for n in range(4)}


def test_a_patch_is_merged_as_its_standard_says() -> None:
    """The cases of RFC 7396, appendix A."""
    assert merged({"a": "b"}, {"a": "c"}) == {"a": "c"}
    assert merged({"a": "b", "b": "c"}, {"a": None}) == {"b": "c"}
    assert merged({"a": ["b"]}, {"a": "c"}) == {"a": "c"}
    assert merged({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}) == {"a": {"b": "d"}}
    assert merged({"a": [{"b": "c"}]}, {"a": [1]}) == {"a": [1]}
    assert merged({"e": None}, {"a": 1}) == {"e": None, "a": 1}
    assert merged([1, 2], {"a": "b", "c": None}) == {"a": "b"}
    assert merged({}, {"a": {"bb": {"ccc": None}}}) == {"a": {"bb": {}}}


def test_marks_do_not_come_into_what_is_looked_at(tmp_path: Path) -> None:
    found = load_document(FILE, "x", parameter_models())
    marked = from_document({**found.document, "managed_by_api": {"services": ["shop"]}})
    assert marked.topology == found.topology
    assert "managed_by_api" not in written(marked.document)
