"""The operators' views in a real browser, on the story: what each shows and does."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from coordinator.store import open_store
from tests.api.server import Server
from tests.api.web import axe, chromium, operating, story
from tests.api.web.chromium import MARKS, show, size, until
from tests.api.web.conftest import PATIENT_MS
from tests.api.web.operating import PARTS
from worker.contract.clock import now

pytestmark = MARKS
WRITTEN = story.HOSTILE.replace("\x1b", "\u2423").replace("\u202e", "\u2423")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, reader: Chrome) -> Iterator[str]:
    """Where the story is served to an operator who signed in."""
    database = f"sqlite://{tmp_path_factory.mktemp('operated') / 'outscope.db'}"

    async def fill() -> str:
        async with open_store(database) as store:
            await story.fill(store, now())
            return await operating.fill(store, now())

    token = asyncio.run(fill())
    server = Server(database, chromium.free_port(), coordinator_silent_ms=PATIENT_MS)
    server.start()
    operating.sign_in(reader, server.url, token)
    yield server.url
    server.stop()


def find(browser: Chrome, selector: str) -> Any:
    return browser.find_element(By.CSS_SELECTOR, selector)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("part", PARTS)
def test_axe_finds_nothing_to_mend(reader: Chrome, site: str, part: str, theme: str) -> None:
    chromium.theme(reader, theme)
    reader.get_log("browser")  # what others left
    show(reader, f"{site}/operate{part}", PARTS[part])
    assert reader.get_log("browser") == []
    assert axe.violations(reader) == []


@pytest.mark.parametrize("part", PARTS)
def test_nothing_is_wider_than_a_small_window(reader: Chrome, site: str, part: str) -> None:
    size(reader, 360, 900)
    show(reader, f"{site}/operate{part}", PARTS[part])
    wide = "return document.documentElement.scrollWidth <= window.innerWidth"
    assert reader.execute_script(wide)
    size(reader, 900, 1200)


def test_what_others_wrote_stays_text(reader: Chrome, site: str) -> None:
    show(reader, f"{site}/operate", PARTS[""])
    until(reader, lambda: WRITTEN in find(reader, "[data-key=eu-west] table").text)
    for part in ("/letters", "/flow"):
        show(reader, f"{site}/operate{part}", PARTS[part])
        until(reader, lambda: WRITTEN in find(reader, "main").text)
    show(reader, f"{site}/operate/audit", PARTS["/audit"])
    until(reader, lambda: "<b>worker drained</b>" in find(reader, "main").text)
    assert reader.find_elements(By.CSS_SELECTOR, "main img, main b") == []


def test_workers_tell_how_they_are(reader: Chrome, site: str) -> None:
    show(reader, f"{site}/operate", PARTS[""])
    region = until(reader, lambda: find(reader, "section[data-key=eu-west]"))
    until(reader, lambda: "claimed place IE" in region.text)
    row = find(reader, "tr[data-key='eu-west-k7pq']").text
    for told in ("0.1.0", "12 reports, 3 given up", "4.2 s behind", "IE, AS64501"):
        assert told in row
    assert "shares its host with sa-east-1" in row
    assert "revoked" in find(reader, "tr[data-key=ap-old]").text
    assert "left" in find(reader, "tr[data-key='us-east-m3xa']").text


def test_what_is_typed_stays_while_changes_come(reader: Chrome, site: str) -> None:
    show(reader, f"{site}/operate", "input[name=api]")
    field = find(reader, "input[name=expires]")
    field.clear()
    field.send_keys("10m")
    asked = "return performance.getEntriesByType('resource').filter(e => /workers$/.test(e.name))"
    before = len(reader.execute_script(asked))
    until(reader, lambda: len(reader.execute_script(asked)) > before + 1)
    assert field.get_attribute("value") == "10m"


def test_a_question_is_answered_by_keys(reader: Chrome, site: str) -> None:
    show(reader, f"{site}/operate", PARTS[""])
    button = find(reader, "[aria-label='Revoke: eu-west-k7pq']")
    button.send_keys(Keys.ENTER)
    until(reader, lambda: find(reader, "dialog[open]"))
    assert reader.switch_to.active_element.text == "Cancel"
    reader.switch_to.active_element.send_keys(Keys.ESCAPE)
    until(reader, lambda: not reader.find_elements(By.CSS_SELECTOR, "dialog"))
    assert "revoked" not in find(reader, "tr[data-key='eu-west-k7pq']").text


def test_a_stranger_reads_and_is_told_what_acting_takes(reader: Chrome, site: str) -> None:
    reader.delete_all_cookies()
    show(reader, f"{site}/operate", PARTS[""])
    assert reader.find_elements(By.CSS_SELECTOR, ".act, .fields") == []
    assert "sign in with the scope operate" in find(reader, ".needs").text
    show(reader, f"{site}/operate/tokens", ".needs")
    assert "signed in with the scope operate" in find(reader, ".needs").text
    back = str(find(reader, ".needs a").get_attribute("href"))
    assert back.endswith("/sign-in?to=operate%2Ftokens")
