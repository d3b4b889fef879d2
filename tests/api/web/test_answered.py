"""Where a service was answered from, in a real browser: asked for when it is opened, told in a
sentence and a table.
"""

from collections.abc import Callable
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from coordinator.store import Store
from tests.api import seeds
from tests.api.server import Server
from tests.api.web.chromium import MARKS, size, until
from worker.contract.clock import now
from worker.contract.result import Result

pytestmark = MARKS
Seed = Callable[[Any], None]
HURRY = """
    const wait = window.setTimeout;
    window.setTimeout = (what, ms, ...more) => wait(what, ms > 10000 ? ms / 40 : ms, ...more);
"""


async def well(store: Store) -> None:
    at = now()
    await store.configurations.save(seeds.configuration(), at)
    await seeds.judged(store, at, seeds.verdict("claude", at), seeds.verdict("openai", at))


def looks(count: int, region: str, edge: str, reason: str = "ok", **changes: Any) -> list[Result]:
    """Looks of the last minutes that one edge answered; their numbers keep them apart."""
    start = sum(map(ord, f"{edge}{reason}")) * 100
    told = {"region": region, "reason": reason, "extra": {"edge": edge} if edge else {}, **changes}
    return [seeds.result(now() - 60_000, number, **told) for number in range(start, start + count)]


async def frankfurt_fails(store: Store) -> None:
    await well(store)
    await store.results.add(
        [
            *looks(9, "us-east", "IAD"),
            *looks(6, "eu-west", "DUB"),
            *looks(2, "eu-west", "FRA"),
            *looks(4, "eu-west", "FRA", "status", ip_country="DE"),
            *looks(3, "ap-northeast", "FRA", "status", ip_country="DE"),
        ]
    )


def section(browser: Chrome) -> WebElement:
    """Claude's section."""
    return browser.find_element(By.CSS_SELECTOR, "[data-key=claude] details")


def rows(browser: Chrome) -> list[str]:
    """What the rows of the table say."""
    return [
        " ".join(row.text.split())
        for row in section(browser).find_elements(By.CSS_SELECTOR, "tbody tr")
    ]


def asked(browser: Chrome) -> int:
    """How often the page asked where something was answered from."""
    entries = (
        "performance.getEntriesByType('resource').filter(entry =>"
        " entry.name.endsWith('/answered-from'))"
    )
    return int(browser.execute_script(f"return {entries}.length"))


def opened(browser: Chrome, server: Server, *, hurry: bool = False) -> None:
    """Open the page, and on it Claude's section, with the keyboard."""
    if hurry:
        browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": HURRY})
    browser.get(server.url)
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, "[data-key=claude] details"))
    assert asked(browser) == 0
    section(browser).find_element(By.TAG_NAME, "summary").send_keys(Keys.ENTER)


def test_one_edge_behind_all_failures_is_named_and_nothing_is_asked_before_it_is_opened(
    browser: Chrome, api_server: Server, seed: Seed
) -> None:
    seed(frankfurt_fails)
    opened(browser, api_server)
    sentence = "All 7 failing looks were answered from edge FRA, which answered 9 of 24 looks."
    until(browser, lambda: sentence in section(browser).text)
    assert rows(browser) == [
        "Tokyo DE AS64500 FRA 0 % of 3",
        "Ireland US AS64500 DUB 100 % of 6",
        "Ireland DE AS64500 FRA 0 % of 4",
        "Ireland US AS64500 FRA 100 % of 2",
        "Virginia US AS64500 IAD 100 % of 9",
    ]
    assert "No look of São Paulo, Sydney was answered." in section(browser).text
    assert asked(browser) == 1, "one service was opened, so one is asked for"
    heads = section(browser).find_elements(By.CSS_SELECTOR, "thead th[scope=col]")
    assert [head.text for head in heads] == ["Region", "Country", "Network", "Edge", "Went well"]
    assert len(section(browser).find_elements(By.CSS_SELECTOR, "tbody th[scope=row]")) == 5
    assert (
        section(browser)
        .find_element(By.TAG_NAME, "caption")
        .text.startswith("Looks that were answered since ")
    )
    assert browser.get_log("browser") == []


def test_what_is_not_known_is_said_and_what_comes_later_is_shown(
    browser: Chrome, api_server: Server, seed: Seed
) -> None:
    seed(well)
    opened(browser, api_server, hurry=True)
    until(
        browser,
        lambda: (
            "Nothing is known: no look was answered in the last ten minutes."
            in section(browser).text
        ),
    )
    assert not section(browser).find_element(By.TAG_NAME, "table").is_displayed()

    async def unplaced(store: Store) -> None:
        await store.results.add(looks(200, "eu-west", "", asn=None, ip_country=None))
        await store.results.add(looks(1, "eu-west", "", "status", asn=None, ip_country=None))

    seed(unplaced)
    until(
        browser,
        lambda: "1 of 201 answered looks failed; none was placed yet." in section(browser).text,
    )
    assert rows(browser) == ["Ireland not known not known not known 99 % of 201"]


def test_a_closed_section_asks_no_more_and_a_server_that_stops_is_told(
    browser: Chrome, api_server: Server, seed: Seed
) -> None:
    seed(frankfurt_fails)
    opened(browser, api_server, hurry=True)
    until(browser, lambda: asked(browser) >= 2)
    summary = section(browser).find_element(By.TAG_NAME, "summary")
    summary.click()
    # one answer may still be on its way
    browser.execute_async_script("setTimeout(arguments[0], 1000)")
    before = asked(browser)
    # four times as long as it would wait
    browser.execute_async_script("setTimeout(arguments[0], 2000)")
    assert asked(browser) == before
    api_server.stop()
    summary.click()
    until(
        browser,
        lambda: "The server does not answer. What you see is from " in section(browser).text,
    )
    assert len(rows(browser)) == 5


@pytest.mark.parametrize("width", [360, 900])
def test_it_is_no_wider_than_the_window(
    browser: Chrome, api_server: Server, seed: Seed, width: int
) -> None:
    async def long_name(store: Store) -> None:
        await frankfurt_fails(store)
        await store.results.add(
            looks(1, "sa-east", "edge-with-a-very-long-name-01.example", "status", asn=4200000000)
        )

    seed(long_name)
    size(browser, width, 900)
    opened(browser, api_server)
    until(
        browser,
        lambda: (
            "8 of 25 answered looks failed; no edge, network or country tells them apart."
            in section(browser).text
        ),
    )
    assert browser.execute_script(
        "return document.documentElement.scrollWidth <= window.innerWidth"
    )
    table, box = section(browser).find_element(By.TAG_NAME, "table"), section(browser)
    assert table.rect["x"] + table.rect["width"] <= box.rect["x"] + box.rect["width"] + 1
