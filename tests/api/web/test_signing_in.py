"""Where reading asks for a token, the page says so, and somebody signs in by it and out again."""

from collections.abc import Callable, Iterator

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from api.http.settings import TOKENS
from coordinator.access.scopes import Scope
from coordinator.store import Store
from tests.api import seeds
from tests.api.http.access.asking import token_of
from tests.api.server import Server
from tests.api.web.chromium import MARKS, until
from worker.contract.clock import now

pytestmark = MARKS


@pytest.fixture
def asking(api_database: str, free_port: Callable[[], int]) -> Iterator[str]:
    """Where a page is that asks for tokens."""
    server = Server(api_database, free_port(), access=TOKENS)
    server.start()
    yield server.url
    server.stop()


async def test_somebody_signs_in_from_the_page(
    browser: Chrome, configured: Store, asking: str
) -> None:
    await seeds.judged(configured, now(), seeds.verdict("claude", now()))
    token, _ = await token_of(configured, Scope.READ)
    browser.get(asking)
    until(browser, lambda: browser.find_elements(By.ID, "sign-in"))
    assert "token" in browser.find_element(By.ID, "notice").text
    browser.find_element(By.ID, "sign-in").click()
    until(browser, lambda: browser.find_elements(By.ID, "token"))
    browser.find_element(By.ID, "token").send_keys("os_wrong")
    browser.find_element(By.CSS_SELECTOR, "form button").click()
    until(browser, lambda: browser.find_element(By.ID, "said").text.strip())
    browser.find_element(By.ID, "token").clear()
    browser.find_element(By.ID, "token").send_keys(token)
    browser.find_element(By.CSS_SELECTOR, "form button").click()
    until(browser, lambda: "Claude" in browser.find_element(By.TAG_NAME, "main").text)
    until(browser, lambda: connection(browser) == "live")
    assert browser.find_elements(By.ID, "sign-in") == []
    assert token not in browser.page_source


def connection(browser: Chrome) -> str:
    return str(browser.find_element(By.ID, "connection").get_attribute("data-stream"))
