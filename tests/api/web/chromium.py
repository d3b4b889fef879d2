"""A real Chromium, and what tests ask of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

BINARY, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
MARKS = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(
        not (BINARY.exists() and DRIVER.exists()), reason="needs Chromium and its driver"
    ),
]


def start(profile: Path) -> Chrome:
    """A Chromium with a profile of its own, 900 wide."""
    options = ChromeOptions()
    options.binary_location = str(BINARY)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    driver = Chrome(options=options, service=Service(str(DRIVER)))
    size(driver, 900, 1200)
    return driver


def size(browser: Chrome, width: int, height: int) -> None:
    """Make the viewport exactly this large."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def until(browser: Chrome, what: Callable[[], Any]) -> Any:
    """Wait until it holds, for three minutes at most; what is not there (any more) may come yet."""
    gone = (NoSuchElementException, StaleElementReferenceException)
    waiting = WebDriverWait(browser, 180, poll_frequency=0.1, ignored_exceptions=gone)
    return waiting.until(lambda _: what())


def seen(browser: Chrome) -> str:
    """All text that is visible."""
    return browser.find_element(By.TAG_NAME, "body").text


def theme(browser: Chrome, name: str) -> None:
    """`light` or `dark`, as the viewer's system says."""
    features = [{"name": "prefers-color-scheme", "value": name}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def show(browser: Chrome, url: str, ready: str) -> None:
    """Open an address, and wait until something that a selector names is there."""
    browser.get(url)
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ready))


def complaints(browser: Chrome) -> list[str]:
    """What its console said since it was asked last; that the machine's links changed meanwhile, as
    tests of links have them, is nothing of the page.
    """
    said = [str(line["message"]) for line in browser.get_log("browser")]
    return [line for line in said if "net::ERR_NETWORK_CHANGED" not in line]
