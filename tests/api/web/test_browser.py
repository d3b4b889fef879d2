"""The page in a real browser: it shows what is seeded, follows it, and says when it cannot."""

import json
from collections.abc import Callable
from typing import Any
from urllib.request import urlopen

import pytest
from selenium.common.exceptions import TimeoutException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from coordinator.domain.model.incident import ProbableEnd
from coordinator.store import Store
from tests.api import seeds
from tests.api.acknowledged import acknowledged
from tests.api.server import Server
from tests.api.web import axe, chromium, story
from tests.api.web.chromium import MARKS, seen, size, until
from tests.benchmarks import page
from worker.contract.clock import now

HOSTILE = "<img src=x onerror=\"document.title='owned'\">"

pytestmark = MARKS
Seed = Callable[[Any], None]


def icon(browser: Chrome) -> str:
    """The name of the page's icon."""
    return str(browser.find_element(By.ID, "favicon").get_attribute("href")).rsplit("/", 1)[-1]


async def well(store: Store) -> None:
    at = now()
    await store.configurations.save(seeds.configuration(), at)
    await seeds.judged(store, at, seeds.verdict("claude", at), seeds.verdict("openai", at))


async def disrupted(store: Store) -> None:
    at = now()
    bad = seeds.verdict(
        "claude", at, "regional", "outage", ["us-east", "eu-west"], ["api"], f"Look: {HOSTILE}"
    )
    await seeds.judged(
        store, at, bad, seeds.verdict("openai", at), fitness={"oc-southeast": "unfit"}
    )
    await store.incidents.apply(seeds.incident("claude", at))


async def twice(store: Store) -> None:
    """Two disruptions of Claude: one may have the cause of OpenAI's, one comes and goes and is well
    at the moment.
    """
    at = now()
    await disrupted(store)
    both = seeds.verdict("claude", at, "regional", "outage", ["us-east", "eu-west"], ["api"])
    reach = {"scope": "regional", "slow": False, "group": "", "at_least": False}
    both["evidence"]["disruptions"] = [
        {**reach, "regions": ["us-east"], "components": ["api"]},
        {**reach, "regions": ["eu-west"], "components": ["api"]},
    ]
    await seeds.judged(store, at, both, seeds.verdict("openai", at))
    await store.incidents.apply(
        seeds.incident("openai", at, probably_over=ProbableEnd(at - 60_000, at - 30_000, 0.97)),
        seeds.incident("claude", at, cause="openai-0001"),
        seeds.incident("claude", at, number=2, intermittent=True, components=("web",)),
    )


def test_several_disruptions_are_told_one_by_one(
    browser: Chrome, api_server: Server, seed: Seed
) -> None:
    seed(well)
    browser.get(api_server.url)
    until(browser, lambda: "Both services are well" in seen(browser))
    assert browser.find_elements(By.CSS_SELECTOR, ".disruptions") == []
    seed(twice)
    until(
        browser,
        lambda: (
            "Claude: API disrupted in Virginia (1 of 5 regions), and 1 more disruption"
            in seen(browser)
        ),
    )
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".disruptions li"))
    told = browser.find_elements(By.CSS_SELECTOR, ".disruptions li")
    assert [line.text for line in told] == [
        "API disrupted in Virginia (1 of 5 regions)",
        "API disrupted in Ireland (1 of 5 regions)",
    ]
    shared, intermittent, openai = (
        browser.find_element(By.CSS_SELECTOR, f"[data-key={name}]").text
        for name in ("claude-0001", "claude-0002", "openai-0001")
    )
    assert "shares its cause with an incident of OpenAI" in shared
    assert "Intermittent" not in shared
    assert "Well again" not in shared
    assert "Intermittent: it came and went" in intermittent
    assert "Well again" in openai
    assert "Probably over; it ended between" in openai
    assert "(probability 97 %)" in openai.replace("\u00a0", " ")
    assert "Probably over" not in shared + intermittent
    assert "cause" not in intermittent + openai
    link = browser.find_element(By.CSS_SELECTOR, "[data-key=claude-0001] h3 a")
    assert str(link.get_attribute("href")).endswith("/incidents/claude-0001")


def test_the_page_follows_what_happens_and_never_reloads(
    browser: Chrome, api_server: Server, seed: Seed
) -> None:
    browser.get(api_server.url)
    until(browser, lambda: "Nothing is configured yet" in seen(browser))
    browser.execute_script("window.mark = 'the same page'")

    seed(well)
    until(browser, lambda: "Both services are well" in seen(browser))
    until(
        browser,
        lambda: (browser.title, icon(browser)) == ("Both services are well · Outscope", "well.svg"),
    )
    article = browser.find_element(By.CSS_SELECTOR, "[data-key=claude]")

    seed(disrupted)
    for told in (
        "Claude: API disrupted",
        "API disrupted in 2 of 5 regions since ",
        "Claude: regional disruption",  # the incident is stored a moment after the verdict
        "unfit: 3 of 3 references fail",
    ):
        until(browser, lambda told=told: told in seen(browser))
    until(browser, lambda: icon(browser) == "bad.svg")
    assert browser.execute_script("return window.mark") == "the same page"
    assert article == browser.find_element(By.CSS_SELECTOR, "[data-key=claude]")

    assert "owned" not in browser.title
    assert browser.find_elements(By.CSS_SELECTOR, "img") == []


def test_times_are_local_and_tell_utc(browser: Chrome, api_server: Server, seed: Seed) -> None:
    seed(well)
    seed(disrupted)
    browser.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Tokyo"})
    browser.get(api_server.url)
    since = until(browser, lambda: browser.find_element(By.CSS_SELECTOR, ".since time"))
    until(browser, lambda: since.text)
    utc = str(since.get_attribute("datetime"))
    assert since.get_attribute("title") == f"{utc[:10]} {utc[11:19]} UTC"
    assert int(since.text[-5:-3]) == (int(utc[11:13]) + 9) % 24


@pytest.mark.parametrize("width", [360, 900])
def test_nothing_is_wider_than_the_window(
    browser: Chrome, api_server: Server, seed: Seed, width: int
) -> None:
    seed(well)
    seed(twice)
    size(browser, width, 800)
    browser.get(api_server.url)
    until(browser, lambda: "1 more disruption" in seen(browser))
    assert browser.execute_script(
        "return document.documentElement.scrollWidth <= window.innerWidth"
    )


def test_a_silent_coordinator_and_a_server_that_stops_are_told(
    browser: Chrome, api_server: Server, seed: Seed
) -> None:
    async def old(store: Store) -> None:
        await store.configurations.save(seeds.configuration(), now())
        at = now() - 120_000
        await seeds.judged(store, at, seeds.verdict("claude", at), seeds.verdict("openai", at))

    seed(old)
    browser.get(api_server.url)
    notice = browser.find_element(By.ID, "notice")
    until(browser, lambda: "Out of date: this is how it was 2 min ago" in notice.text)
    headline = browser.find_element(By.ID, "headline")
    said = "As of 2 min ago; coordinator silent: Both services are well"
    assert headline.text == said
    until(
        browser, lambda: (browser.title, icon(browser)) == ("Out of date · Outscope", "unknown.svg")
    )

    seed(well)
    until(browser, lambda: not notice.is_displayed())
    assert browser.title == "Both services are well · Outscope"
    assert headline.text == "Both services are well"

    api_server.stop()
    until(browser, lambda: "The server does not answer." in notice.text)
    assert "What you see is from" in notice.text
    until(browser, lambda: headline.text.startswith("As of "))
    assert browser.find_element(By.TAG_NAME, "body").get_attribute("data-stale") is not None


def test_the_page_breaks_no_rule_of_its_own_policy(
    browser: Chrome, api_server: Server, seed: Seed
) -> None:
    seed(well)
    seed(disrupted)
    browser.get(api_server.url)
    until(browser, lambda: "Claude: API disrupted" in seen(browser))
    assert chromium.complaints(browser) == []


def test_the_reference_shows_every_address_and_shape(browser: Chrome, api_server: Server) -> None:
    browser.get(f"{api_server.url}/docs#getService")
    until(browser, lambda: "GET /v1/services/{id}/matrix" in seen(browser))
    with urlopen(f"{api_server.url}/v1/openapi.json") as document:
        operations = sum(len(methods) for methods in json.load(document)["paths"].values())
    assert len(browser.find_elements(By.CSS_SELECTOR, ".operation")) == operations
    text = seen(browser)
    assert "ListedResult" in text
    assert "undefined" not in text
    assert "[object" not in text
    assert chromium.complaints(browser) == []


def test_nothing_jumps_while_the_page_renews_itself(
    browser: Chrome, api_server: Server, seed: Seed
) -> None:
    seed(well)
    browser.get(api_server.url)
    until(browser, lambda: "Both services are well" in seen(browser))
    jumps = shifts(browser)
    assert sum(jump[0] for jump in jumps) < 0.02, "\n".join(map(str, jumps))
    seed(well)
    until(browser, lambda: asked(browser) >= 4)
    jumps = shifts(browser)
    assert sum(jump[0] for jump in jumps) < 0.02, "\n".join(map(str, jumps))


def test_a_hidden_page_asks_nothing_and_a_seen_one_at_once(
    browser: Chrome, api_server: Server, seed: Seed
) -> None:
    seed(well)
    browser.get(api_server.url)
    until(browser, lambda: asked(browser) >= 2)
    hide = "Object.defineProperty(document, 'hidden', {value: arguments[0], configurable: true});"
    turn = (
        hide + "document.dispatchEvent(new Event('visibilitychange'));"
        " performance.clearResourceTimings();"
    )
    until(
        browser,
        lambda: browser.execute_script("return document.getElementById('headline').textContent"),
    )
    browser.execute_script(turn, True)
    with pytest.raises(TimeoutException):  # one answer may still have been on its way
        WebDriverWait(browser, 8).until(lambda _: asked(browser) >= 2)
    browser.execute_script(turn, False)
    until(browser, lambda: asked(browser) >= 1)


def asked(browser: Chrome) -> int:
    """How often the page asked for the overview."""
    entries = (
        "performance.getEntriesByType('resource').filter(entry => entry.name.endsWith('/v1/board'))"
    )
    return int(browser.execute_script(f"return {entries}.length"))


def shifts(browser: Chrome) -> list[tuple[Any, ...]]:
    """How far things jumped without the viewer's doing, and which (layout shifts; together 0.1 is
    what people notice).
    """
    observe = """
        const done = arguments[0];
        const found = [];
        const named = ({node}) => (node?.outerHTML ?? node?.textContent ?? '').slice(0, 200);
        const add = list => list.getEntries().forEach(entry => {
            found.push([entry.value, ...entry.sources.map(named)]);
        });
        new PerformanceObserver(add).observe({type: 'layout-shift', buffered: true});
        setTimeout(() => done(found), 200);
    """
    return [tuple(jump) for jump in browser.execute_async_script(observe)]


def test_a_first_run_says_kindly_how_to_look_from_elsewhere(
    browser: Chrome, api_server: Server, seed: Seed
) -> None:
    seed(lambda store: story.begin(store, now()))
    browser.get(api_server.url)
    until(browser, lambda: "Looking from this machine only" in seen(browser))
    text = seen(browser)
    assert "The first looks are on their way" in text
    assert "This machine does not reach the internet at the moment" in text
    lines = [code.text for code in browser.find_elements(By.TAG_NAME, "code")]
    assert lines[0] == "outscope demo"
    assert lines[-1].endswith(f"outscope worker invite --region eu-west --url {api_server.url}")
    assert axe.violations(browser) == []


def test_the_clocks_of_the_vendor_stand_beside_ours(
    browser: Chrome, api_server: Server, seed: Seed
) -> None:
    seed(acknowledged)
    browser.get(f"{api_server.url}/incidents/claude-0001")
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, "[data-whose=vendor]"))
    rows = browser.find_elements(By.CSS_SELECTOR, "#clocks > div")
    names = [row.text.splitlines()[0] for row in rows]
    assert names[0] == "It began"
    assert "The vendor published it" in names
    widths = [
        float(str(one.get_attribute("width")))
        for one in browser.find_elements(By.CSS_SELECTOR, ".interval")
    ]
    seen_between = widths[names.index("We saw that")]
    assert seen_between > widths[names.index("The vendor published it")]
    assert "its state: resolved." in seen(browser)
    assert chromium.complaints(browser) == []


def test_lines_keep_their_places_while_somebody_is_at_them(
    browser: Chrome, api_server: Server, seed: Seed
) -> None:
    document = page.many(30, 3)

    async def first(store: Store) -> None:
        await store.configurations.save(document, now())
        await page.judged(store, document, now(), every=30, first=3)

    def order() -> list[str | None]:
        rows = browser.find_elements(By.CSS_SELECTOR, ".row")
        return [row.get_attribute("data-key") for row in rows]

    seed(first)
    browser.get(api_server.url)
    until(browser, lambda: order()[:2] == ["service-3", "service-0"])
    before = order()
    browser.find_element(By.ID, "search").send_keys("")
    seed(lambda store: page.judged(store, document, now(), every=30, first=7))
    changed = "[data-key=service-7][data-state=bad]"
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, changed))
    assert order() == before
    browser.execute_script("document.activeElement.blur()")
    until(browser, lambda: order()[:2] == ["service-7", "service-0"])
    search = browser.find_element(By.ID, "search")
    search.send_keys("service 2")
    until(browser, lambda: len(order()) == 11)
    assert "q=service+2" in browser.current_url
