"""Pictures of each view of the page, light, dark and narrow, some in other languages: `make
screenshots`, into docs/images.

They show the story that the tests of the page are told, what operators have in it, and the first
run of an installation.
"""

import asyncio
import sys
from base64 import b64decode
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from selenium.webdriver import Chrome

from api.supervisor.claim import free_port
from coordinator.store import open_store
from tests.api.server import Server
from tests.api.web import chromium, operating, story
from tests.api.web.test_status_page import PAGE
from tests.api.web.views import FIRST_RUN, VIEWS
from worker.contract.clock import now

IMAGES: Final = Path(__file__).parents[3] / "docs" / "images"
KINDS: Final = {"light": ("light", 1280), "dark": ("dark", 1280), "narrow": ("light", 390)}
LANGUAGES: Final = {"az": ("overview", "incident"), "ar": ("overview", "service")}
"""In which others some views are shown, light."""
HIGHEST: Final = {"light": 1100, "dark": 1100, "narrow": 1600, "az": 1100, "ar": 1100}
PATIENT_MS: Final = 10**9
OPERATED: Final = {
    f"operate{part.replace('/', '-')}": (f"/operate{part}", ready)
    for part, ready in operating.PARTS.items()
}
"""The operators' views, as one sees them who is signed in."""


def main() -> int:
    """Make them all, or those whose view is named."""
    only = set(sys.argv[1:]) or {*VIEWS, "first-run", "status-page", *OPERATED}
    with TemporaryDirectory() as folder:
        place = Path(folder)
        sites = {name: f"sqlite://{place / name}.db" for name in ("story", "first", "operated")}
        token = asyncio.run(_filled(*sites.values()))
        servers = [
            Server(url, free_port(), coordinator_silent_ms=PATIENT_MS) for url in sites.values()
        ]
        for server in servers:
            server.start()
        browser = chromium.start(place / "profile")
        browser.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
        views = {view: (servers[0], *told) for view, told in VIEWS.items()}
        views["first-run"] = (servers[1], *FIRST_RUN)
        views["status-page"] = (servers[0], "/status/shop", ".days")
        views |= {view: (servers[2], *told) for view, told in OPERATED.items()}
        for view, (server, path, ready) in views.items():
            if view in only & OPERATED.keys():
                operating.sign_in(browser, server.url, token)
            if view in only:
                _taken(browser, view, f"{server.url}{path}", ready)
        browser.quit()
        for server in servers:
            server.stop()
    return 0


async def _filled(told: str, first: str, operated: str) -> str:
    """Write the stories; the token of an operator."""
    async with open_store(told) as store:
        at = now()
        await story.fill(store, at)
        public = {**PAGE, "title": "Example status", "colours": {"brand": "#1d4e89"}}
        await store.configurations.save({**story.configuration(), "status_pages": [public]}, at)
        said = story.now_of("claude", at)
        await story.judged(store, at, {**said, "reason": said["reason"].partition(" It says")[0]})
    async with open_store(first) as store:
        await story.begin(store, now())
    async with open_store(operated) as store:
        await story.fill(store, now())
        return await operating.fill(store, now(), hostile="")


def _taken(browser: Chrome, view: str, url: str, ready: str) -> None:
    others = [language for language, views in LANGUAGES.items() if view in views]
    kinds = {**KINDS, **dict.fromkeys(others, KINDS["light"])}
    for kind, (theme, width) in kinds.items():
        spoken = kind if kind in others else "en"
        chromium.theme(browser, theme)
        chromium.size(browser, width, 800)
        chromium.show(browser, f"{url}{'&' if '?' in url else '?'}lang={spoken}", ready)
        chromium.until(browser, lambda: browser.execute_script(QUIET))
        whole = browser.execute_script("return document.documentElement.scrollHeight")
        chromium.size(browser, width, min(whole, HIGHEST[kind]))
        browser.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0], 300))")
        found = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "webp", "quality": 85})
        path = IMAGES / f"page-{view}-{kind}.webp"
        path.write_bytes(b64decode(found["data"]))
        sys.stdout.write(f"{path}\n")


QUIET: Final = """
    const last = performance.getEntriesByType("resource").at(-1);
    return performance.now() - (last?.responseEnd ?? 0) > 700;
"""

if __name__ == "__main__":
    sys.exit(main())
