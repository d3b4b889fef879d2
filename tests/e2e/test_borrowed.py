"""`outscope up --globalping`: borrowed regions beside our own, from one command, with the API on
loopback.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.supervisor.claim import free_port
from tests.e2e.running import Running, outscope, until
from tests.faults.globalping import PLACES, Globalping, http

pytestmark = pytest.mark.slow

SHOP = "https://shop.example.com/health"
BORROWED = {"gp-us", "gp-br", "gp-de", "gp-gb", "gp-za", "gp-jp", "gp-in", "gp-au"}
CONFIG = f"""\
regions:
  - {{id: here, name: Office, country: DE, continent: EU, latitude: 52.5, longitude: 13.4}}
services:
  - id: shop
    name: Shop
    components:
      - id: web
        checks: [{{id: page, kind: http, url: "{SHOP}", interval: 2s, timeout: 1s}}]
      - id: port
        checks: [{{id: port, kind: tcp, host: 127.0.0.1, port: 9, interval: 2s, timeout: 1s}}]
globalping: {{tests_per_hour: 100000, keep: 0.5}}
"""


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Globalping]:
    with Globalping(limit=100_000) as server:
        monkeypatch.setenv("OUTSCOPE_GLOBALPING_URL", server.url)
        server.sees["shop.example.com"] = http()
        yield server


@pytest.fixture
def product(tmp_path: Path, api: Globalping) -> Iterator[Running]:
    (tmp_path / "outscope.yaml").write_text(CONFIG)
    running = Running(
        *(tmp_path / "data", free_port(), "--globalping"),
        *("--config", tmp_path / "outscope.yaml"),
    )
    try:
        yield running.started()
    finally:
        running.close()


def test_one_command_adds_eight_places_that_see_what_is_public(
    product: Running, api: Globalping
) -> None:
    regions = {region["id"]: region for region in product.get("/v1/regions")["items"]}
    assert set(regions) == {"here", *BORROWED}
    assert {name for name, region in regions.items() if region["via"]} == BORROWED
    assert regions["here"]["looks_every_s"] == 2
    assert regions["gp-jp"]["looks_every_s"] == 2
    there = {f"gp-{country.lower()}" for country in PLACES}
    until(
        "all places that the API has are fit",
        lambda: all(product.fitness()[region] == "fit" for region in there),
        120,
    )
    seen = product.results(region="gp-jp", ok="true")
    assert {(result["check"], result["extra"]["probe"]["city"]) for result in seen} == {
        ("page", "Tokyo")
    }
    nowhere = product.results(region="gp-za")
    assert {(result["ok"], result["blame"]) for result in nowhere} == {(False, "prober")}
    assert {asked["target"] for asked in api.created} == {"shop.example.com"}
    assert product.results(region="here", check="port")
    told = subprocess.run(
        outscope("regions", "--url", f"http://127.0.0.1:{product.port}"),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "300"},
    ).stdout
    assert told.count("borrowed (via globalping") == 8
    budget = product.data / "workers" / "globalping.json"
    until(
        "each test is counted, and nothing else",
        lambda: json.loads(budget.read_text())["left"] == 100_000 - api.tests,
    )
    assert set(product.children()) == {"broker", "coordinator", "api", "worker-here-1", "relay"}
    assert product.interrupt() == 0
