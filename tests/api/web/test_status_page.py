"""A status page in a real browser whose pages may run no script."""

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from api.supervisor.claim import free_port
from coordinator.store import open_store
from tests.api.server import Server
from tests.api.web import around, axe, chromium
from tests.api.web.chromium import MARKS, seen, show, size, until
from tests.api.web.conftest import PATIENT_MS
from tests.api.web.story import HOSTILE
from worker.contract.clock import now

pytestmark = MARKS
LOGO: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24"><path'
    ' d="M3 8h18l-2 12H5zM8 8a4 4 0 0 1 8 0" fill="none" stroke="#222" stroke-width="2"/></svg>'
)
PAGE: Final = {
    "id": "shop",
    "title": f"Shop {HOSTILE}",
    "services": ["shop", "claude", "gemini"],
    "home": "https://shop.example.com",
    "logo": f"data:image/svg+xml;base64,{base64.b64encode(LOGO.encode()).decode()}",
    "colours": {"brand": "#ffcc00", "brand_dark": "#5a2d00"},
    "subscribe": {"mail": "mailto://127.0.0.1?from=status@example.com", "webhooks": True},
}


@pytest.fixture(scope="module")
def page(told: str) -> Iterator[str]:
    """Where the page is served, with the story on it."""

    async def prepare() -> None:
        async with open_store(told) as store:
            at = now()
            await around.disturb(store, at)
            document = {**around.document(at), "status_pages": [PAGE]}
            await store.configurations.save(document, at)

    asyncio.run(prepare())
    port = free_port()
    environ = {"OUTSCOPE_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    server = Server(told, port, coordinator_silent_ms=PATIENT_MS, environ=environ)
    server.start()
    yield f"{server.url}/status/shop"
    server.stop()


def scripts(browser: Chrome, *, on: bool) -> None:
    """Whether pages, and whoever audits them, may run scripts."""
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not on})


@pytest.fixture(scope="module")
def scriptless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """A Chromium that runs no script of a page."""
    driver = chromium.start(Path(tmp_path_factory.mktemp("scriptless")) / "profile")
    scripts(driver, on=False)
    yield driver
    driver.quit()


def test_all_of_it_is_there_without_a_script(scriptless: Chrome, page: str) -> None:
    show(scriptless, page, ".days")
    text = seen(scriptless)
    assert "Our shop and Claude are disrupted; Gemini is degraded" in text
    assert "claude.ai disrupted in 3 of 12 regions" in text
    assert "The vendor says that something is wrong since" in text
    assert "Console moves" in text
    assert "Shop <img src=x onerror=alert(1)>" in text
    (logo,) = scriptless.find_elements(By.TAG_NAME, "img")
    assert logo.size["height"] >= 28
    assert chromium.complaints(scriptless) == []
    for one in scriptless.find_elements(By.CSS_SELECTOR, "details")[:1]:
        one.find_element(By.TAG_NAME, "summary").click()
        assert one.find_element(By.TAG_NAME, "li").is_displayed()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 900])
def test_axe_finds_nothing_to_mend(scriptless: Chrome, page: str, theme: str, width: int) -> None:
    chromium.theme(scriptless, theme)
    size(scriptless, width, 1200)
    show(scriptless, page, ".days")
    scripts(scriptless, on=True)  # of axe alone: the page was loaded without, and has none
    broken = axe.violations(scriptless)
    scripts(scriptless, on=False)
    assert broken == []
    wide = "return document.documentElement.scrollWidth <= window.innerWidth"
    assert scriptless.execute_script(wide)
    size(scriptless, 900, 1200)


def test_on_paper_it_is_dark_on_white_and_nothing_is_to_be_pressed(
    scriptless: Chrome, page: str
) -> None:
    features = [{"name": "prefers-color-scheme", "value": "dark"}]
    paper = {"media": "print", "features": features}
    scriptless.execute_cdp_cmd("Emulation.setEmulatedMedia", paper)
    show(scriptless, page, ".days")
    scripts(scriptless, on=True)
    broken = axe.violations(scriptless)
    scripts(scriptless, on=False)
    assert broken == []
    for name in ("form", ".links", ".skip", "button"):
        shown = [one.is_displayed() for one in scriptless.find_elements(By.CSS_SELECTOR, name)]
        assert shown, name
        assert not any(shown), name
    body = scriptless.find_element(By.TAG_NAME, "body")
    assert body.value_of_css_property("background-color") == "rgba(255, 255, 255, 1)"
    assert body.value_of_css_property("color") == "rgba(0, 0, 0, 1)"
    text = seen(scriptless)
    assert "Our shop and Claude are disrupted" in text
    assert "Console moves" in text
    scriptless.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})


def test_a_form_is_answered_without_a_script(scriptless: Chrome, page: str) -> None:
    show(scriptless, page, "input[type=email]")
    field = scriptless.find_element(By.CSS_SELECTOR, "input[type=email]")
    assert field.accessible_name == "By mail"
    field.send_keys("me@example.com")
    field.submit()
    until(scriptless, lambda: "Look into your mailbox" in seen(scriptless))
    scripts(scriptless, on=True)
    broken = axe.violations(scriptless)
    scripts(scriptless, on=False)
    assert broken == []
    assert chromium.complaints(scriptless) == []
    scriptless.find_element(By.LINK_TEXT, "Back to the status page").click()
    until(scriptless, lambda: scriptless.current_url == page)
