"""How long the page takes in a real Chromium: its first load, 1,855 services, and a change of a
board of 200 services seen from 50 regions.

`python -m tests.benchmarks.page`
"""

import asyncio
import json
import sys
from gzip import compress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

from selenium.webdriver import Chrome

from api.http.routes.page import WEB
from api.supervisor.claim import free_port
from coordinator.store import Store, open_store
from tests.api import seeds
from tests.api.server import Server
from tests.api.web import chromium
from worker.contract.clock import now
from worker.contract.instant import Instant, rfc3339

UPDATES: Final = 20
SHOWN: Final = """
    const [count, done] = arguments;
    const look = () => document.querySelectorAll(".row").length === count
        ? requestAnimationFrame(() => done(performance.now())) : setTimeout(look, 20);
    look();
"""
UPDATED: Final = """
    const [services, done] = arguments;
    const text = JSON.stringify(window.board);
    Promise.all([import("/web/core/live.js"), import("/web/vendor/preact.js"),
        import("/web/overview/list.js"), import("/web/core/html.js")]).then(
        async ([{joined}, {render}, {Services}, {html}]) => {
        const box = document.createElement("div");
        document.querySelector(".first").replaceChildren(box);
        let board = JSON.parse(text);
        const draw = () => render(html`<${Services} services=${board.services} strips=${null}
            here=${null} vendors=${new Map()} chosen="" params=${new URLSearchParams()} />`, box);
        draw();
        const took = [];
        for (let round = 0; round < 20; round += 1) {
            const other = JSON.parse(text);
            for (const one of other.services) one.verdict.at = String(round);
            const changed = other.services[(round * 7) % other.services.length];
            changed.state = round % 2 ? "bad" : "well";
            changed.headline = `Changed ${round}`;
            const next = JSON.stringify(other);
            const begin = performance.now();
            board = joined(board, JSON.parse(next));
            draw();
            box.getBoundingClientRect();
            took.push(performance.now() - begin);
            await new Promise(requestAnimationFrame);
        }
        done(JSON.stringify(took));
    });
"""


def main() -> int:
    """Measure, and print."""
    files = [
        path for path in WEB.rglob("*") if path.suffix in (".js", ".css") and path.parent != WEB
    ]
    load = sum(len(compress(path.read_bytes())) for path in [*files, WEB / "index.html"])
    sys.stdout.write(f"first load: {load / 1000:.0f} kB gzipped in {len(files) + 1} files\n")
    for services, regions in ((1_855, 5), (200, 50)):
        with TemporaryDirectory() as folder:
            _measure(Path(folder), services, regions)
    return 0


def _measure(folder: Path, services: int, regions: int) -> None:
    database = f"sqlite://{folder / 'outscope.db'}"
    asyncio.run(_fill(database, services, regions))
    server = Server(database, free_port(), coordinator_silent_ms=10**9)
    server.start()
    browser = chromium.start(folder / "profile")
    browser.set_script_timeout(120)
    try:
        shown = []
        for _ in range(3):
            browser.get(server.url)
            shown.append(float(browser.execute_async_script(SHOWN, services)))
        what = f"{services:,} services x {regions} regions"
        sys.stdout.write(f"{what}: shown {min(shown):,.0f} ms after navigation\n")
        took = _updates(browser, services)
        sys.stdout.write(
            f"a change: median {median(took):.1f} ms, slowest {max(took):.1f} ms of {len(took)}\n"
        )
    finally:
        browser.quit()
        server.stop()


def _updates(browser: Chrome, services: int) -> list[float]:
    browser.execute_async_script(
        "const done = arguments[0];"
        "fetch('/v1/board').then(a => a.json()).then(b => { window.board = b; done(); });"
    )
    found: list[float] = json.loads(browser.execute_async_script(UPDATED, services))
    return found


async def _fill(database: str, services: int, regions: int) -> None:
    at = now()
    async with open_store(database) as store:
        document = many(services, regions)
        await store.configurations.save(document, at)
        await judged(store, document, at)


def many(services: int, regions: int) -> dict[str, Any]:
    """A configuration of so many services, looked at from so many regions."""
    places = [
        {
            "id": f"region-{number}",
            "name": f"Region {number}",
            "latitude": (number * 37) % 120 - 50.0,
            "longitude": (number * 67) % 340 - 170.0,
        }
        for number in range(regions)
    ]
    listed = [
        seeds.service(f"service-{n}", "service", f"Service {n}", {"api": "API", "web": "Web"})
        for n in range(services)
    ]
    return {"regions": places, "services": listed, "judge": {}}


async def judged(
    store: Store, document: dict[str, Any], at: Instant, every: int = 20, first: int = 0
) -> None:
    """One of so many services is disrupted, from the `first` on; all others are well."""
    where = [region["id"] for region in document["regions"]]
    standings = []
    for number, service in enumerate(document["services"]):
        bad = number % every == first
        cells = [
            seeds.cell(part, region, "bad" if bad and part == "api" else "well", at)
            for part in ("api", "web")
            for region in where
        ]
        verdict = {
            "service": service["id"],
            "at": rfc3339(at),
            "severity": "outage" if bad else "operational",
            "scope": "component" if bad else "none",
            "regions": where if bad else [],
            "components": ["api"] if bad else [],
            "confidence": 0.97,
            "reason": "API fails everywhere." if bad else "Well.",
            "cells": cells,
            "evidence": {},
        }
        standings.append(("service", service["id"], at, verdict))
    for region in where:
        told = {"region": region, "fitness": "fit", "why": "", "at": rfc3339(at)}
        standings.append(("region", region, at, told))
    await store.standings.put_many(standings)


if __name__ == "__main__":
    sys.exit(main())
