"""Each view of the page, in a real browser, on a store that tells a story."""

import asyncio
import json
from typing import Any, Final

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from api.supervisor.claim import free_port
from coordinator.store import open_store
from tests.api import seeds
from tests.api.server import Server
from tests.api.web import axe, chromium, story
from tests.api.web.chromium import MARKS, seen, show, size, until
from tests.api.web.conftest import PATIENT_MS
from tests.api.web.views import VIEWS
from worker.contract.clock import now

pytestmark = MARKS
EVENTS_ALONE: Final = """
    const wait = window.setTimeout;
    window.setTimeout = (what, ms, ...more) => ms >= 2000 ? 0 : wait(what, ms, ...more);
    window.mark = "the same page";
    performance.clearResourceTimings();
"""


def find(browser: Chrome, selector: str) -> Any:
    return browser.find_element(By.CSS_SELECTOR, selector)


def asked(browser: Chrome) -> int:
    """How often the board was asked for."""
    ended = "performance.getEntriesByType('resource').filter(e => e.name.endsWith('/v1/board'))"
    return int(browser.execute_script(f"return {ended}.length"))


def label(browser: Chrome, selector: str) -> str:
    return str(find(browser, selector).get_attribute("aria-label"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_to_mend(reader: Chrome, site: str, view: str, theme: str) -> None:
    path, ready = VIEWS[view]
    chromium.theme(reader, theme)
    chromium.complaints(reader)  # what others left
    show(reader, f"{site}{path}", ready)
    assert chromium.complaints(reader) == []
    assert axe.violations(reader) == []


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("width", [360, 3840])
def test_nothing_is_wider_than_the_window(reader: Chrome, site: str, view: str, width: int) -> None:
    path, ready = VIEWS[view]
    size(reader, width, 900)
    show(reader, f"{site}{path}", ready)
    wide = "return document.documentElement.scrollWidth <= window.innerWidth"
    assert reader.execute_script(wide)
    size(reader, 900, 1200)


def test_a_stranger_sees_what_how_far_since_when_and_what_the_vendor_says(
    reader: Chrome, site: str
) -> None:
    show(reader, site, ".place[data-state=bad]")
    until(reader, lambda: "The vendor says so" in find(reader, ".reach").text)
    assert find(reader, "#headline").text == "Claude is disrupted, Gemini is degraded"
    told = find(reader, ".reach").text
    assert "claude.ai disrupted in 3 of 12 regions since" in told
    assert "Elevated errors on claude.ai in Europe" in told
    assert "Disrupted: Ireland, Frankfurt and Stockholm. Unfit: Dubai. Silent: Cape Town." in told
    for region, state in (("eu-west", "bad"), ("us-east", "well"), ("me-central", "unfit")):
        assert find(reader, f"[data-region={region}]").get_attribute("data-state") == state
    assert find(reader, "[data-region=ap-south] .ring")
    until(reader, lambda: "disrupted" in label(reader, "[data-key=claude] .strip"))
    assert label(reader, "[data-key=openai] .strip") == "OpenAI, the last 24 hours: well"


def test_what_is_chosen_is_in_the_address_and_can_be_shared(reader: Chrome, site: str) -> None:
    show(reader, site, "[data-key=gemini] .says")
    find(reader, "[data-key=gemini] .says").send_keys(Keys.ENTER)
    until(reader, lambda: find(reader, "#reach-title").text == "Gemini")
    shared = reader.current_url
    assert shared.endswith("/?service=gemini")
    find(reader, "[data-key=claude] .name").click()
    until(reader, lambda: "/services/claude" in reader.current_url)
    reader.back()
    until(reader, lambda: reader.current_url == shared)
    show(reader, shared, "[data-region=ap-southeast][data-state=degraded]")
    assert find(reader, "#reach-title").text == "Gemini"


def test_the_map_and_the_matrix_are_walked_through_by_arrow_keys(reader: Chrome, site: str) -> None:
    show(reader, site, ".place[data-state=bad]")
    first = find(reader, ".place[tabindex='0']")
    first.send_keys(Keys.ARROW_RIGHT)
    tip = find(reader, "#tip")
    until(reader, lambda: tip.is_displayed())
    other = reader.switch_to.active_element
    assert other != first
    assert tip.text.splitlines()[0] in str(other.get_attribute("aria-label"))
    other.send_keys(Keys.ESCAPE)
    until(reader, lambda: not tip.is_displayed())
    show(reader, f"{site}/services/claude", ".matrix .cell")
    assert len(reader.find_elements(By.CSS_SELECTOR, ".cell[tabindex='0']")) == 1
    find(reader, ".cell[tabindex='0']").send_keys(Keys.ARROW_DOWN)
    now_at = reader.switch_to.active_element
    now_at.send_keys(Keys.ARROW_RIGHT)
    told = str(reader.switch_to.active_element.get_attribute("aria-label"))
    assert told.startswith("claude.ai from São Paulo: well. ")


def test_the_last_day_is_scrubbed_by_keys_and_the_moment_is_in_the_address(
    reader: Chrome, site: str
) -> None:
    show(reader, f"{site}/services/claude", ".scrub input")
    slider = find(reader, ".scrub input")
    cell = ".matrix tbody tr:nth-child(1) td:nth-child(4) .cell"
    assert label(reader, cell).startswith("Claude API from Ireland: well")
    for _ in range(40):
        slider.send_keys(Keys.ARROW_LEFT)
        if label(reader, cell).startswith("Claude API from Ireland: disrupted"):
            break
    assert label(reader, cell).endswith("1 of 1 look failed")
    assert "at=" in reader.current_url
    assert "Said then:" in find(reader, ".scrub").text
    show(reader, reader.current_url, ".plain")
    until(reader, lambda: label(reader, cell).startswith("Claude API from Ireland: disrupted"))
    find(reader, ".scrub .plain").click()
    until(reader, lambda: label(reader, cell).startswith("Claude API from Ireland: well"))


def test_ninety_days_are_buttons_with_names(reader: Chrome, site: str) -> None:
    show(reader, f"{site}/services/claude", ".day")
    days = reader.find_elements(By.CSS_SELECTOR, ".day")
    assert len(days) == 90
    names = [str(day.get_attribute("aria-label")) for day in days]
    assert any("system-wide, 49 min disrupted" in name for name in names)
    assert "no disruption, 100\xa0% of looks went well" in names[30]
    days[-1].send_keys(Keys.ARROW_LEFT)
    until(reader, lambda: days[-2].get_attribute("aria-pressed") == "true")
    assert "day=" in reader.current_url


def test_latency_is_told_by_phase_for_all_regions_or_one(reader: Chrome, site: str) -> None:
    show(reader, f"{site}/services/claude?region=us-east", ".chart")
    assert len(reader.find_elements(By.CSS_SELECTOR, ".chart [data-phase]")) == 5
    assert find(reader, ".latency").text.count("up to") == 3
    find(reader, ".latency summary").click()
    assert "first byte" in find(reader, ".latency table").text
    assert "answered from edge eu" in find(reader, ".finding").text


def test_an_incident_is_replayed_by_slider_and_button(reader: Chrome, site: str) -> None:
    show(reader, f"{site}/incidents/claude-0001", ".replay .cell")
    disrupted = "return document.querySelectorAll('.place[data-state=bad]').length"
    assert reader.execute_script(disrupted) == 10
    slider = find(reader, ".player input")
    slider.send_keys(Keys.HOME)
    until(reader, lambda: reader.execute_script(disrupted) == 2)
    assert "step=1" in reader.current_url
    assert "Step 1 of 7" in str(slider.get_attribute("aria-valuetext"))
    find(reader, ".player button").click()
    until(reader, lambda: reader.execute_script(disrupted) == 10)
    until(reader, lambda: "step=7" in reader.current_url)
    until(reader, lambda: find(reader, ".player button").text == "Play")
    intervals = reader.find_elements(By.CSS_SELECTOR, ".clocks .interval")
    assert len(intervals) >= 4


def test_looks_behind_a_cell_are_shown_and_what_targets_wrote_stays_text(
    reader: Chrome, site: str
) -> None:
    show(reader, f"{site}/incidents/claude-0001?step=4", ".replay .cell")
    find(reader, ".replay .cell[data-state=bad]").click()
    detail = until(reader, lambda: find(reader, ".looks tr:has([data-state=bad]) bdi").text)
    written = story.HOSTILE.replace("\x1b", "\u2423").replace("\u202e", "\u2423")
    assert detail == f"no answer within 10 s {written}"
    show(reader, f"{site}/services/claude", ".reason")
    assert written in find(reader, ".reason").text
    assert reader.find_elements(By.CSS_SELECTOR, "img") == []


def test_a_change_comes_by_an_event_without_asking_and_without_reload(
    reader: Chrome, site: str, told: str
) -> None:
    show(reader, site, ".place[data-state=bad]")
    until(reader, lambda: find(reader, "#connection").text == "Live")
    reader.execute_script(EVENTS_ALONE)
    until(reader, lambda: asked(reader) >= 1)  # the last that the slow clock asked for

    async def change() -> None:
        async with open_store(told) as store:
            at = now()
            down = story.verdict(
                "openai", at, "system_wide", "outage", story.VOTING, ["api", "chatgpt"], "Down."
            )
            await story.judged(store, at, down)
            await store.verdicts.add(seeds.kept(down))

    asyncio.run(change())
    until(reader, lambda: "2 of 4 services are disrupted" in find(reader, "#headline").text)
    row = find(reader, "[data-key=openai]")
    until(reader, lambda: row.get_attribute("data-state") == "bad")
    assert reader.execute_script("return window.mark") == "the same page"


def test_the_page_connects_again_after_the_server_was_gone(reader: Chrome, told: str) -> None:
    port = free_port()
    before = Server(told, port, coordinator_silent_ms=PATIENT_MS)
    before.start()
    show(reader, before.url, ".row")
    until(reader, lambda: find(reader, "#connection").text == "Live")
    reader.execute_script("window.mark = 'the same page'")
    before.stop()
    until(reader, lambda: find(reader, "#connection").text == "Not connected")
    assert "The server does not answer." in find(reader, "#notice").text
    after = Server(told, port, coordinator_silent_ms=PATIENT_MS)
    after.start()
    until(reader, lambda: find(reader, "#connection").text == "Live")
    until(reader, lambda: not find(reader, "#notice").is_displayed())
    assert reader.execute_script("return window.mark") == "the same page"
    after.stop()


@pytest.mark.parametrize("path", ["/services/nobody", "/incidents/nothing"])
def test_what_is_not_there_is_said(reader: Chrome, site: str, path: str) -> None:
    show(reader, f"{site}{path}", "h1")
    until(reader, lambda: "There is no" in seen(reader) or "No service" in seen(reader))


def test_points_lie_where_the_projection_of_the_map_puts_them(reader: Chrome, site: str) -> None:
    reader.get(site)
    found = json.loads(
        reader.execute_async_script("""
        const done = arguments[0];
        Promise.all([import("/web/parts/projection.js"), import("/web/vendor/world.js")]).then(
            ([{project}, {PROOF}]) => done(JSON.stringify(
                PROOF.map(([lon, lat, x, y]) => [...project(lon, lat), x, y]))));
        """)
    )
    assert len(found) == 3
    for x, y, right_x, right_y in found:
        assert (x, y) == (pytest.approx(right_x, abs=0.2), pytest.approx(right_y, abs=0.2))
