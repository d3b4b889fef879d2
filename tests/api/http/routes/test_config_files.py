"""A file of the machine of the coordinator is named by who may write one there."""

from pathlib import Path

import httpx

from api.configuration import apply_configuration, parameter_models
from api.operator import line
from coordinator.access.scopes import Scope
from coordinator.configuration import load_document
from coordinator.store import Store
from tests.api.http.access.asking import bearer, token_of

FILE = """\
regions: [{id: eu}]
services: [{id: shop, components: [{id: web, checks: [
  {id: shop-web, kind: tcp, host: shop.example, port: 443}]}]}]
maintenance: [{id: ours, feed: "file:///srv/ours.ics"}]
"""


async def test_over_http_no_file_is_read_that_apply_did_not_name(
    api: httpx.AsyncClient, api_store: Store, api_database: str, tmp_path: Path
) -> None:
    token, _ = await token_of(api_store, Scope.WRITE)
    api.headers.update(bearer(token))
    secret = FILE.replace("/srv/ours.ics", str(tmp_path / "secret"))
    first = await api.put("/v1/config", content=secret)
    assert (first.status_code, first.json()["code"]) == (422, "invalid_configuration")
    configuration = load_document(FILE, "outscope.yaml", parameter_models())
    await apply_configuration(api_database, configuration, line("configuration applied", "x"))
    refused = await api.put("/v1/config", content=secret)
    (mistake,) = refused.json()["errors"]
    assert mistake["pointer"] == "/maintenance/0/feed"
    assert "outscope apply" in mistake["message"]
    entry = {"feed": f"file://{tmp_path}/secret"}
    made = await api.put("/v1/config/maintenance/another", json=entry)
    assert made.json()["code"] == "invalid_configuration", made.text
    kept = await api.put("/v1/config", content=FILE.replace("{id: eu}", "{id: eu, name: Europe}"))
    assert kept.json()["applied"] is True, "one that apply named stays"
