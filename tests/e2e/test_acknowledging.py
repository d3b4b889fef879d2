"""A product reads a vendor's page that is silent, admits half, edits that and takes it away."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.supervisor.claim import free_port
from tests.e2e.running import Running, outscope, until
from tests.e2e.status_page import StatusPage
from tests.e2e.target import Target

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page() -> Iterator[StatusPage]:
    """A page that says nothing."""
    made = StatusPage()
    yield made
    made.close()


@pytest.fixture(scope="module")
def watching(
    target: Target, page: StatusPage, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """A product that looks at the shop and reads its page each second."""
    document = target.configuration()
    check = {
        "id": "shop-page",
        "kind": "vendor_status",
        "provider": "statuspage",
        "url": page.url,
        "components": {"Web shop": "web", "Shop API": "api"},
        "interval": "1s",
        "timeout": "800ms",
    }
    document["services"][0]["components"][0]["checks"].append(check)
    config = tmp_path_factory.mktemp("config") / "outscope.yaml"
    config.write_text(json.dumps(document))
    data = tmp_path_factory.mktemp("product") / "data"
    running = Running(data, free_port(), "--config", config, "--allow", "127.3.0.0/16")
    try:
        yield running.started()
    finally:
        running.close()


def said(product: Running, incident: str) -> dict[str, Any]:
    """The first row on an incident; empty while there is none."""
    found = product.get(f"/v1/incidents/{incident}/acknowledgements")
    return dict(found["items"][0]) if found and found["items"] else {}


def test_from_silence_to_half_an_admission_that_is_edited_and_taken_away(
    watching: Running, page: StatusPage, target: Target, tmp_path: Path
) -> None:
    def row() -> dict[str, Any]:
        return said(watching, incident["id"])

    until("the shop is well", lambda: watching.scopes() == {"shop": "none"})
    target.fail("/web", "/api")
    incident = until("it is open", lambda: watching.get("/v1/incidents")["items"])[0]
    until("both are out", lambda: watching.scopes() == {"shop": "system_wide"})
    silence = until("the page is silent", lambda: row().get("state") == "nothing_yet" and row())
    assert silence["sentence"] == "The vendor has said nothing of it so far."
    until("the page is green meanwhile", lambda: row()["green_ms"] > 0, 150)

    page.say("v1", "investigating", "Shop API")
    row1 = until("it is admitted", lambda: row().get("state") == "acknowledged" and row())
    assert row1["reach"]["components_missing"] == ["web"]
    assert row1["reach"]["scope"] == "narrower"
    lag = row1["lag"]
    assert lag["least_ms"] <= lag["best_ms"] <= lag["most_ms"]
    assert row1["backdated"] is False

    page.say("v1", "identified", "Shop API", "Web shop", name="Worse than thought")
    until("it is edited", lambda: len(row()["wordings"]) > 1)
    until("its reach is right", lambda: row()["reach"]["scope"] == "right")
    edited = row()
    assert edited["vendor"]["title"] == "Worse than thought"

    page.take_away("v1")
    gone = until("it is gone", lambda: row()["vendor"]["gone_by"] and row())
    assert gone["state"] == "acknowledged"
    assert [one["gone"] for one in gone["wordings"]].count(True) == 1

    page.walled = True
    page.say("v2", "resolved", "Web shop")
    heard = watching.text("/v1/results?check=shop-page&ok=false")
    until("a wall is not heard", lambda: heard or watching.text("/v1/results?ok=false"))
    assert row()["vendor"]["incident"] == "v1"

    done = subprocess.run(
        outscope("vendors", "shop", "--url", f"http://127.0.0.1:{watching.port}"),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert incident["id"] in done.stdout
    out = tmp_path / "acknowledgements.ndjson"
    subprocess.run(
        outscope(
            "export", "acknowledgements", "--out", out, "--url", f"http://127.0.0.1:{watching.port}"
        ),
        check=True,
        timeout=120,
    )
    (told,) = [
        one
        for one in map(json.loads, out.read_text().splitlines())
        if one["incident"] == incident["id"] and one["state"] == "acknowledged"
    ]
    assert told["edits"] == 3
    assert told["gone_by"]
