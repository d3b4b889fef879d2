"""The page in Azerbaijani, and in Arabic, which runs from right to left."""

import json
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from tests.api.web import axe, chromium, spoken
from tests.api.web.chromium import MARKS, show, size, until
from tests.api.web.views import VIEWS

pytestmark = MARKS


def find(browser: Chrome, selector: str) -> Any:
    return browser.find_element(By.CSS_SELECTOR, selector)


def language_of(browser: Chrome) -> list[str]:
    told: list[str] = browser.execute_script(
        "return [document.documentElement.lang, document.documentElement.dir]"
    )
    return told


def fetched(browser: Chrome) -> set[str]:
    """The languages whose words were fetched."""
    names = "performance.getEntriesByType('resource').map(({name}) => name)"
    found = browser.execute_script(f"return {names}")
    return {name.rpartition("/")[2] for name in found if "/words/" in name}


@pytest.mark.parametrize("view", VIEWS)
def test_no_english_sentence_is_left_in_azerbaijani(reader: Chrome, site: str, view: str) -> None:
    path, ready = VIEWS[view]
    show(reader, spoken.at(site, path, "az"), ready)
    assert "en.js" not in fetched(reader)
    own = {str(told.value) for told in spoken.sentences(reader, "az").values()}
    english = {
        told.value
        for told in spoken.sentences(reader, "en").values()
        if told.kind == "text" and isinstance(told.value, str) and len(told.value) > 3
    } - own
    assert english & {*spoken.seen(reader)} == set()


@pytest.mark.parametrize(
    ("language", "theme"), [("az", "light"), ("az", "dark"), ("ar", "light"), ("ar", "dark")]
)
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_to_mend(
    reader: Chrome, site: str, view: str, language: str, theme: str
) -> None:
    path, ready = VIEWS[view]
    chromium.theme(reader, theme)
    chromium.complaints(reader)  # what others left
    show(reader, spoken.at(site, path, language), ready)
    assert chromium.complaints(reader) == []
    assert axe.violations(reader) == []
    chromium.theme(reader, "light")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("language", ["az", "ar"])
def test_nothing_is_wider_than_a_narrow_window(
    reader: Chrome, site: str, view: str, language: str
) -> None:
    path, ready = VIEWS[view]
    size(reader, 320, 900)
    show(reader, spoken.at(site, path, language), ready)
    assert reader.execute_script("return document.documentElement.scrollLeft") == 0
    wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert reader.execute_script(wide) <= 0
    size(reader, 900, 1200)


def left(browser: Chrome, selector: str) -> float:
    found = f"document.querySelector({json.dumps(selector)}).getBoundingClientRect().left"
    return float(browser.execute_script(f"return {found}"))


def test_from_right_to_left_all_is_mirrored_but_map_and_time(reader: Chrome, site: str) -> None:
    show(reader, spoken.at(site, "/services/claude", "ar"), ".matrix .cell")
    until(reader, lambda: reader.find_elements(By.CSS_SELECTOR, ".day + .day"))
    assert language_of(reader) == ["ar", "rtl"]
    assert left(reader, ".brand") > left(reader, "#connection")
    assert left(reader, ".matrix tbody th") > left(reader, ".matrix .cell")
    assert left(reader, "[data-region=us-east]") < left(reader, "[data-region=ap-northeast]")
    assert left(reader, ".day:first-child") < left(reader, ".day:last-child")
    slider = find(reader, ".scrub input")
    slider.send_keys(Keys.ARROW_LEFT)
    until(reader, lambda: "at=" in reader.current_url)  # to the left is the past
    first = find(reader, ".cell[tabindex='0']")
    first.send_keys(Keys.ARROW_LEFT)
    other = reader.switch_to.active_element
    assert other.location["x"] < first.location["x"]


_WHERE = """
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const found = walker.currentNode.data.match(/([\\d,.]+) looks from/);
        if (!found) continue;
        const left = (from) => {
            const range = document.createRange();
            range.setStart(walker.currentNode, from);
            range.setEnd(walker.currentNode, from + 1);
            return range.getBoundingClientRect().left;
        };
        return [left(found.index), left(found.index + found[1].length + 1)];
    }"""
"""Where a count and the word behind it stand."""


def test_english_among_arabic_keeps_its_order(reader: Chrome, site: str) -> None:
    show(reader, spoken.at(site, "/explore", "ar"), ".groups, .chart")
    count, looks = until(reader, lambda: reader.execute_script(_WHERE))
    assert count < looks, "else it reads as if the count were the end of the span"


def test_another_language_is_chosen_by_keyboard_and_nothing_is_lost(
    reader: Chrome, site: str
) -> None:
    show(reader, f"{site}/incidents/claude-0001?step=4", ".replay .cell")
    assert language_of(reader) == ["en", "ltr"]
    find(reader, ".replay .cell[data-state=bad]").click()
    until(reader, lambda: find(reader, ".looks tbody tr"))
    reader.execute_script("window.mark = 'the same page'")
    switch = find(reader, "#language")
    assert switch.get_attribute("aria-label") == "Language"
    switch.send_keys("Az", Keys.ENTER)
    until(reader, lambda: language_of(reader) == ["az", "ltr"])
    until(reader, lambda: find(reader, ".player button").text == "Oynat")
    assert "İnsident" in find(reader, ".top nav").text
    assert find(reader, ".cell[aria-pressed=true]")
    assert "Uğursuz" not in find(reader, ".step").text
    assert find(reader, ".looks tbody tr")
    assert reader.current_url.endswith("?step=4")
    assert reader.execute_script("return window.mark") == "the same page"
    assert find(reader, "#language").get_attribute("aria-label") == "Dil"
    show(reader, site, ".row")  # it is remembered
    assert language_of(reader) == ["az", "ltr"]
    Select(find(reader, "#language")).select_by_value("ar")
    until(reader, lambda: language_of(reader) == ["ar", "rtl"])
    until(reader, lambda: "الخدمات" in label(reader, "#services"))
    show(reader, f"{site}/?lang=en", ".row")  # what the address asks for comes first
    assert language_of(reader) == ["en", "ltr"]
    assert find(reader, ".row .name").get_attribute("href").endswith("?lang=en")
    reader.execute_script("localStorage.clear()")


def label(browser: Chrome, selector: str) -> str:
    return str(find(browser, selector).get_attribute("aria-label"))


@pytest.mark.parametrize(
    ("languages", "found", "words"),
    [
        ("az-AZ,en", "az", {"az.js"}),
        ("de,ar-EG,en", "ar", {"ar.js", "en.js"}),
        ("en-GB", "en", {"en.js"}),
        ("fi", "en", {"en.js"}),
    ],
)
def test_the_language_is_the_browsers_and_no_other_is_fetched(
    tmp_path: Path, site: str, languages: str, found: str, words: set[str]
) -> None:
    driver = chromium.start(tmp_path / "profile")
    agent = {"userAgent": "test", "acceptLanguage": languages}
    driver.execute_cdp_cmd("Emulation.setUserAgentOverride", agent)
    show(driver, site, ".row")
    assert (language_of(driver)[0], fetched(driver)) == (found, words)
    driver.quit()


def test_what_exists_in_english_alone_says_so(reader: Chrome, site: str) -> None:
    show(reader, spoken.at(site, "/services/claude", "az"), ".reason")
    until(reader, lambda: "Elevated errors" in find(reader, ".vendor").text)
    original = find(reader, ".vendor [lang=en]").text
    assert original == "Elevated errors on claude.ai in Europe"
    assert find(reader, "#headline").text.startswith("claude.ai: 12 regiondan 3 regionda")
    assert "Dubai. Səssiz: Cape Town." in find(reader, ".reason").text


@pytest.mark.parametrize(
    ("language", "title", "token"), [("az", "Giriş", "Token"), ("ar", "تسجيل الدخول", "الرمز")]
)
def test_signing_in_speaks_the_language_too(
    reader: Chrome, site: str, language: str, title: str, token: str
) -> None:
    show(reader, spoken.at(site, "/sign-in", language), "#token")
    until(reader, lambda: find(reader, "h1").text == title)
    assert reader.title == f"{title} · Outscope"
    assert find(reader, "label").text == token
    assert language_of(reader)[0] == language
    assert axe.violations(reader) == []


@pytest.mark.parametrize("language", ["az", "ar"])
def test_operators_are_spoken_to_as_well(reader: Chrome, site: str, language: str) -> None:
    size(reader, 360, 900)
    show(reader, spoken.at(site, "/operate", language), ".region")
    words = spoken.sentences(reader, language)
    assert find(reader, "h1").text == words["operate: operate.title"].value
    assert reader.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    assert axe.violations(reader) == []
    size(reader, 900, 1200)
