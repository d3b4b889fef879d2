"""A file of the page that does not come, as when the network changes while it is asked for: the
page comes by itself once it can.
"""

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.api.server import Server
from tests.api.web.chromium import MARKS, seen, until

pytestmark = MARKS
SAID = "Part of this page did not come."
OVERVIEW = ("/", "#judged")
SIGN_IN = ("/sign-in", "#by-token")
DOCS = ("/docs", ".operation")
ABSENT = {
    "the script": (OVERVIEW, "*/web/core/start.js"),
    "the language": (OVERVIEW, "*/web/core/languages.js"),
    "a module": (OVERVIEW, "*/web/parts/world.js"),
    "sentences": (OVERVIEW, "*/web/overview/words/*.js"),
    "a style": (OVERVIEW, "*/web/styles/overview.css"),
    "a module of the reference": (DOCS, "*/web/dom.js"),
    "a module of signing in": (SIGN_IN, "*/web/core/words.js"),
}


@pytest.fixture
def blocking(browser: Chrome) -> Chrome:
    browser.execute_cdp_cmd("Network.enable", {})
    return browser


def block(browser: Chrome, *patterns: str) -> None:
    browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": list(patterns)})


@pytest.mark.parametrize("what", ABSENT)
def test_it_comes_by_itself_once_it_can(blocking: Chrome, api_server: Server, what: str) -> None:
    (path, ready), pattern = ABSENT[what]
    block(blocking, pattern)
    blocking.get(f"{api_server.url}{path}")
    asked = "return Number(sessionStorage.getItem('again')) >= 2"
    until(blocking, lambda: blocking.execute_script(asked))
    block(blocking)
    until(blocking, lambda: blocking.find_elements(By.CSS_SELECTOR, ready))
    until(blocking, lambda: SAID not in seen(blocking))
    until(
        blocking,
        lambda: blocking.execute_script("return sessionStorage.getItem('again') === '0'"),
    )
    settled = blocking.execute_script("return performance.timeOrigin")
    blocking.execute_async_script("setTimeout(arguments[0], 2500)")
    assert blocking.execute_script("return performance.timeOrigin") == settled, "asked again"
