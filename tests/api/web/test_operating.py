"""The operators' views in a real browser, on the story: what each shows and does."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from api.supervisor.claim import free_port
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
    server = Server(database, free_port(), coordinator_silent_ms=PATIENT_MS)
    server.start()
    operating.sign_in(reader, server.url, token)
    yield server.url
    server.stop()


def find(browser: Chrome, selector: str) -> Any:
    return browser.find_element(By.CSS_SELECTOR, selector)


def finds(browser: Chrome, selector: str) -> list[Any]:
    return list(browser.find_elements(By.CSS_SELECTOR, selector))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("part", PARTS)
def test_axe_finds_nothing_to_mend(reader: Chrome, site: str, part: str, theme: str) -> None:
    chromium.theme(reader, theme)
    chromium.complaints(reader)  # what others left
    show(reader, f"{site}/operate{part}", PARTS[part])
    assert chromium.complaints(reader) == []
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


def press(browser: Chrome, name: str) -> None:
    """Press the button of this name, by a key."""
    until(browser, lambda: find(browser, f"[aria-label='{name}']")).send_keys(Keys.ENTER)


def test_a_report_is_read_again_and_another_discarded(reader: Chrome, site: str) -> None:
    show(reader, f"{site}/operate/letters", PARTS["/letters"])
    rows = "section[aria-labelledby=reports-title] tr[data-key]"
    taken = find(reader, f"{rows} [aria-label^='Read again: ']")
    number = str(taken.get_attribute("aria-label")).removeprefix("Read again: ")
    press(reader, f"Read again: {number}")
    waiting = f"tr[data-key='{number}'] .acts"
    until(reader, lambda: "being read" in find(reader, waiting).text.casefold())
    assert reader.find_elements(By.CSS_SELECTOR, f"[aria-label='Read again: {number}']") == []
    (other,) = {str(row.get_attribute("data-key")) for row in finds(reader, rows)} - {number}
    press(reader, f"Discard: {other}")
    until(reader, lambda: find(reader, "dialog[open] .danger")).send_keys(Keys.ENTER)
    until(
        reader, lambda: [row.get_attribute("data-key") for row in finds(reader, rows)] == [number]
    )


def test_a_message_is_sent_again(reader: Chrome, site: str) -> None:
    show(reader, f"{site}/operate/letters", PARTS["/letters"])
    rows = "section[aria-labelledby=messages-title] tr[data-key]"
    before = len(until(reader, lambda: finds(reader, rows)))
    finds(reader, f"{rows} .act button")[0].send_keys(Keys.ENTER)
    until(reader, lambda: len(finds(reader, rows)) == before - 1)


def test_a_key_is_renewed_and_its_line_shown_once(reader: Chrome, site: str) -> None:
    show(reader, f"{site}/operate", PARTS[""])
    press(reader, "New key: eu-west-k7pq")
    box = until(reader, lambda: find(reader, "tr[data-key='eu-west-k7pq'] .once"))
    assert reader.switch_to.active_element == box
    line = box.find_element(By.TAG_NAME, "code").text
    assert line.startswith("outscope-worker join http")
    assert "--token osj_" in line
    box.find_elements(By.TAG_NAME, "button")[-1].send_keys(Keys.ENTER)
    until(reader, lambda: finds(reader, ".once") == [])
    until(reader, lambda: "eu-west-k7pq" in find(reader, ".open").text)
    assert "osj_" not in find(reader, "body").text


def test_an_invitation_is_withdrawn(reader: Chrome, site: str) -> None:
    show(reader, f"{site}/operate", ".open li")
    before = len(finds(reader, ".open li"))
    (button,) = finds(reader, ".open [aria-label^='Withdraw: '][aria-label*='203.0.113.0/24']")
    button.send_keys(Keys.ENTER)
    until(reader, lambda: len(finds(reader, ".open li")) == before - 1)
    assert "203.0.113.0/24" not in find(reader, ".invite").text


def test_fields_of_one_line_stand_on_one_line(reader: Chrome, site: str) -> None:
    show(reader, f"{site}/operate", "input[name=api]")
    tops = """
        const rows = {};
        for (const field of document.querySelectorAll(".invite .fields :is(input, select)")) {
          const { bottom } = field.getBoundingClientRect();
          const { top } = field.parentElement.getBoundingClientRect();
          (rows[Math.round(bottom)] ??= []).push(Math.round(top));
        }
        return Object.values(rows).map((found) => [...new Set(found)].length);"""
    assert set(reader.execute_script(tops)) == {1}


def test_a_stranger_reads_and_is_told_what_acting_takes(reader: Chrome, site: str) -> None:
    reader.delete_all_cookies()
    show(reader, f"{site}/operate", PARTS[""])
    assert reader.find_elements(By.CSS_SELECTOR, ".act, .fields") == []
    assert "sign in with the scope operate" in find(reader, ".needs").text
    show(reader, f"{site}/operate/tokens", ".needs")
    assert "signed in with the scope operate" in find(reader, ".needs").text
    back = str(find(reader, ".needs a").get_attribute("href"))
    assert back.endswith("/sign-in?to=operate%2Ftokens")
