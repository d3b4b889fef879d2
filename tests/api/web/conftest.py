"""A browser for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.api.web import chromium


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    """A Chromium of this test's own, 900 wide."""
    driver = chromium.start(tmp_path / "profile")
    yield driver
    driver.quit()
