"""What axe-core says of a page."""

from pathlib import Path
from typing import Final

from selenium.webdriver import Chrome

_AXE: Final = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
_AUDIT: Final = """
    const done = arguments[0];
    axe.run(document, {resultTypes: ["violations"]}).then(({violations}) => done(
        violations.map(({id, nodes}) => `${id}: ${nodes.map(({html}) => html).join(" ")}`)));
"""


def violations(browser: Chrome) -> list[str]:
    """Each rule that is broken, and by what."""
    browser.execute_script(_AXE)
    found: list[str] = browser.execute_async_script(_AUDIT)
    return found
