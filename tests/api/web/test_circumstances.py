"""What the page says of causes, of announced maintenance, and of who is signed in."""

import asyncio
from collections.abc import Iterator
from typing import Any, Final

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from api.http.settings import TOKENS
from api.supervisor.claim import free_port
from coordinator.access.scopes import Scope
from coordinator.store import open_store
from tests.api.http.access.asking import token_of
from tests.api.server import Server
from tests.api.web import around, axe, chromium
from tests.api.web.chromium import MARKS, seen, show, size, until
from tests.api.web.conftest import PATIENT_MS
from worker.contract.clock import now

pytestmark = MARKS
VIEWS: Final = {
    "overview": ("/", "#cascades a"),
    "service": ("/services/shop", ".works li"),
    "incident": ("/incidents/openai-0007", ".replay .cell"),
}
EVENTS_ALONE: Final = """
    for (let id = setTimeout(() => {}); id > 0; id--) clearTimeout(id);
    window.setInterval = () => 0;
    const wait = window.setTimeout;
    window.setTimeout = (what, ms, ...more) => ms >= 2000 ? 0 : wait(what, ms, ...more);
"""


@pytest.fixture(scope="module")
def asking(told: str) -> Iterator[tuple[str, str]]:
    """Where the story is served to who has a token, and a token."""

    async def prepare() -> str:
        async with open_store(told) as store:
            await around.disturb(store, now())
            return (await token_of(store, Scope.READ))[0]

    token = asyncio.run(prepare())
    server = Server(told, free_port(), coordinator_silent_ms=PATIENT_MS, access=TOKENS)
    server.start()
    yield server.url, token
    server.stop()


@pytest.fixture(scope="module")
def page(asking: tuple[str, str], reader: Chrome) -> str:
    """Where it is; the reader is signed in."""
    url, token = asking
    show(reader, f"{url}/sign-in", "#token")
    reader.find_element(By.ID, "token").send_keys(token, Keys.ENTER)
    until(reader, lambda: reader.find_elements(By.ID, "who"))
    return url


def find(browser: Chrome, selector: str) -> Any:
    return browser.find_element(By.CSS_SELECTOR, selector)


def notes(browser: Chrome, service: str) -> str:
    return str(find(browser, f".row[data-key={service}] .notes").text)


def test_the_overview_says_what_is_down_because_of_what(reader: Chrome, page: str) -> None:
    show(reader, page, "#cascades a")
    headline = find(reader, "#cascades a")
    assert headline.text == "2 of your services are down because claude.ai is"
    assert str(headline.get_attribute("href")).endswith("/incidents/claude-0002")
    assert find(reader, "#cascades").get_attribute("aria-live") == "polite"
    assert "probably because of claude.ai" in notes(reader, "openai")
    assert "probably because of OpenAI ChatGPT" in notes(reader, "shop")
    assert "because" not in notes(reader, "gemini") + notes(reader, "claude")
    find(reader, ".row[data-key=openai] .because").send_keys(Keys.ENTER)
    until(reader, lambda: reader.current_url.endswith("/incidents/claude-0002"))
    until(reader, lambda: find(reader, ".summary .cascades"))
    assert "2 of your services are down" in find(reader, ".summary .cascades").text
    assert reader.find_elements(By.CSS_SELECTOR, ".summary .because") == []


def test_services_and_incidents_say_how_probable_the_cause_is(reader: Chrome, page: str) -> None:
    for path in ("/services/shop", "/incidents/shop-0007"):
        show(reader, f"{page}{path}", ".summary .because")
        told = find(reader, ".summary .because")
        assert " ".join(told.text.split()) == (
            "Probably because of OpenAI ChatGPT (probability 99 %)."
            " That in turn probably goes back to an incident of Claude."
        )
        cause, root = told.find_elements(By.TAG_NAME, "a")
        assert str(root.get_attribute("href")).endswith("/incidents/claude-0002")
        cause.click()
        until(reader, lambda: reader.current_url.endswith("/incidents/openai-0007"))


def test_maintenance_that_goes_on_or_was_outlasted_is_said(reader: Chrome, page: str) -> None:
    show(reader, page, ".row .work")
    until(reader, lambda: "Console moves" in notes(reader, "claude"))
    assert "Within announced maintenance until" in notes(reader, "openai")
    assert notes(reader, "claude").endswith(": Console moves (Console)")
    assert "Outlasted announced maintenance, which ended at" in notes(reader, "gemini")
    assert "maintenance" not in notes(reader, "shop")
    for path in ("/services/gemini", "/incidents/gemini-0003"):
        show(reader, f"{page}{path}", ".summary .work[data-work=outlasted]")
        assert find(reader, ".summary .work").text.endswith(": New index")


def test_a_service_lists_what_is_announced_for_it(reader: Chrome, page: str) -> None:
    show(reader, f"{page}/services/shop", ".works li")
    first = find(reader, ".works li").text
    assert "Nightly work <img src=x onerror=alert(1)>\u2423" in first
    assert "Checkout in Ireland; by the configuration" in first
    assert "more times" in find(reader, ".works summary").text
    assert len(reader.find_elements(By.CSS_SELECTOR, ".works details li")) >= 29
    assert reader.find_elements(By.CSS_SELECTOR, "img") == []
    show(reader, f"{page}/services/openai", ".works li")
    (only,) = reader.find_elements(By.CSS_SELECTOR, ".works li")
    assert " now" in only.text
    assert "New version all of it, everywhere; by the configuration" in " ".join(only.text.split())
    show(reader, f"{page}/services/gemini", "#works-title + p")
    until(reader, lambda: "None is announced for the next 31 days." in seen(reader))


def test_the_top_line_says_who_is_signed_in_and_asks_once(reader: Chrome, page: str) -> None:
    show(reader, page, "#who")
    who = find(reader, "#who")
    assert who.text.startswith("Signed in as tests (")
    assert who.accessible_name == f"{who.text}. Sign out, or sign in as somebody else."
    find(reader, "header nav a:nth-child(2)").click()
    until(reader, lambda: reader.current_url.endswith("/incidents"))
    asked = "performance.getEntriesByType('resource').filter(e => e.name.endsWith('/v1/board'))"
    until(reader, lambda: int(reader.execute_script(f"return {asked}.length")) > 3)
    assert reader.execute_script(f"return {asked.replace('board', 'session')}.length") == 1
    find(reader, "#who").click()
    until(reader, lambda: find(reader, "#out").is_displayed())


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_to_mend(reader: Chrome, page: str, view: str, theme: str) -> None:
    path, ready = VIEWS[view]
    chromium.theme(reader, theme)
    chromium.complaints(reader)  # what others left
    show(reader, f"{page}{path}", ready)
    assert chromium.complaints(reader) == []
    assert axe.violations(reader) == []
    size(reader, 360, 900)
    wide = "return document.documentElement.scrollWidth <= window.innerWidth"
    until(reader, lambda: reader.execute_script(wide))
    size(reader, 900, 1200)


def test_what_is_found_out_later_comes_by_itself(reader: Chrome, page: str, told: str) -> None:
    show(reader, f"{page}/incidents/shop-0007", ".summary .because")
    until(reader, lambda: find(reader, "#connection").get_attribute("data-stream") == "live")
    reader.execute_script(EVENTS_ALONE)

    async def alone() -> None:
        at = now()
        document = around.document(at)
        for service in document["services"]:
            service.pop("depends_on", None)
        async with open_store(told) as store:
            await around.explain(store, at, document)

    asyncio.run(alone())
    until(reader, lambda: not reader.find_elements(By.CSS_SELECTOR, ".summary .because"))
