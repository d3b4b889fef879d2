"""`outscope vendors` and the export, against a real server."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from click.testing import Result

from coordinator.store import Store
from tests.api.acknowledged import acknowledged
from tests.faults.coordinator import until

Seed = Callable[[Callable[[Store], Awaitable[None]]], None]


def test_vendors_are_shown_and_exported(
    seed: Seed, outscope: Callable[..., Result], tmp_path: Path
) -> None:
    assert "No check reads what a vendor says" in outscope("vendors").output
    seed(acknowledged)

    def table() -> str:
        return outscope("vendors", "--window", "9999d", COLUMNS="220").output

    until(lambda: "claude" in table(), "the server to have read the store again")
    assert "18 min (11 min to 20 min)" in table()
    one = outscope("vendors", "claude", "--window", "9999d", COLUMNS="260").output
    assert "api, not console, not web" in one
    assert "none seen" in one
    assert "The vendor has worded it 2 times; every wording is kept." in one
    card = json.loads(outscope("vendors", "claude", "--window", "9999d", "--json").output)
    assert card["acknowledged"] == 1
    incident = outscope("incidents", "claude-0001", COLUMNS="220").output
    assert "(18 min after we saw it begin), but not of console and web" in incident
    wrong = outscope("vendors", "--window", "soon")
    assert wrong.exit_code == 1
    assert "'soon' is no length of time" in wrong.stderr
    out = tmp_path / "rows.ndjson"
    done = outscope("export", "acknowledgements", "--out", out)
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [(row["state"], row["scope"], row["lag_ms"]) for row in rows] == [
        ("acknowledged", "narrower", 1_080_000),
        ("nothing_yet", None, None),
        ("unseen", None, None),
    ]
    assert rows[0]["components_missing"] == ["console", "web"]
