"""What operators do on the page, done to a real product: a broker, a coordinator, an API, and
workers that join by the very line that the page shows.
"""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from api.supervisor.claim import free_port
from coordinator.messaging.acl import broker_acl
from tests.api.web import axe, chromium
from tests.api.web.chromium import MARKS, show, until
from tests.e2e import running
from tests.e2e.apart import Apart
from tests.e2e.target import REGIONS
from tests.faults.broker import Broker
from worker.contract.clock import now
from worker.contract.instant import parse_rfc3339

pytestmark = MARKS
ALLOW = ("--allow", "127.3.0.0/16")
SCOPES = ("read", "write", "operate", "export")


class Site(NamedTuple):
    """A product, and a browser that an operator signed in with."""

    product: Apart
    browser: Chrome
    url: str


@pytest.fixture(scope="module")
def site(fast_config: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The product and the browser, for all tests of this file."""
    folder = tmp_path_factory.mktemp("operated")
    broker = Broker(free_port(), folder / "redis", acl=broker_acl({}, "pw-co"))
    broker.start()
    product = Apart(
        folder / "product",
        free_port(),
        OUTSCOPE_DATABASE=f"sqlite://{folder}/outscope.db",
        OUTSCOPE_BROKER=f"redis://coordinator:pw-co@127.0.0.1:{broker.port}/0",
    )
    browser = chromium.start(folder / "profile")
    try:
        product.run("apply", fast_config)
        product.coordinate()
        made = Site(product, browser, f"http://127.0.0.1:{product.port}")
        sign_in(made, token(product, *SCOPES), "operate/workers")
        yield made
    finally:
        browser.quit()
        product.stop()
        broker.kill()


def token(product: Apart, *scopes: str) -> str:
    words = [word for scope in scopes for word in ("--scope", scope)]
    return product.run("token", "create", "operator", *words).split()[-1]


def sign_in(site: Site, text: str, to: str) -> None:
    """By a token on the page, from the link of a view and back to it."""
    show(site.browser, f"{site.url}/{to}", ".needs .sign-in")
    find(site.browser, ".needs .sign-in").click()
    until(site.browser, lambda: site.browser.find_elements(By.ID, "token"))
    find(site.browser, "#token").send_keys(text)
    find(site.browser, "#by-token button").click()
    until(site.browser, lambda: site.browser.current_url == f"{site.url}/{to}")
    until(site.browser, lambda: not site.browser.find_elements(By.CSS_SELECTOR, ".needs"))


def find(browser: Chrome, selector: str) -> Any:
    return browser.find_element(By.CSS_SELECTOR, selector)


def named(browser: Chrome, label: str) -> Any:
    """The button that screen readers call so."""
    return find(browser, f"button[aria-label='{label}']")


def confirm(browser: Chrome) -> None:
    """Say yes to what is asked."""
    until(browser, lambda: find(browser, "dialog[open] .choices button").is_enabled())
    find(browser, "dialog[open] .choices button").click()
    until(browser, lambda: not browser.find_elements(By.CSS_SELECTOR, "dialog[open]"))


def row(site: Site, worker: str) -> Any:
    return find(site.browser, f"tr[data-key='{worker}']")


def invited(site: Site, region: str) -> list[str]:
    """The words of the line that the page shows for a new worker of a region."""
    show(site.browser, f"{site.url}/operate/workers", ".fields input[name=api]")
    Select(find(site.browser, ".fields select[name=region]")).select_by_value(region)
    find(site.browser, ".fields button").click()
    line = until(site.browser, lambda: find(site.browser, ".once code").text)
    program, *words = shlex.split(line)
    assert program == "outscope-worker"
    return words


def newer(product: Apart, since: int) -> list[dict[str, Any]]:
    """Results of looks that began after a moment."""
    found = product.results(region="eu-west")
    return [one for one in found if parse_rfc3339(one["started_at"]) > since]


def joined(site: Site, words: list[str], name: str, state: Path) -> "subprocess.Popen[bytes]":
    """A worker that was started by that line."""
    return site.product.start(name, "worker", *words, "--state-dir", state, *ALLOW, bare=True)


def test_a_worker_joins_by_the_line_of_the_page_is_drained_and_revoked(
    site: Site, tmp_path: Path
) -> None:
    browser, product = site.browser, site.product
    words = invited(site, "eu-west")
    secret = words[words.index("--token") + 1]
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".open li"))
    worker = joined(site, words, "worker", tmp_path / "state")
    name = running.until("its results", lambda: product.results(region="eu-west"))[0]["worker"]
    until(browser, lambda: "fit" in row(site, name).text)
    assert "empty" in row(site, name).text
    assert re.search(r"ms (ahead|behind)|exact", row(site, name).text)
    until(browser, lambda: not browser.find_elements(By.CSS_SELECTOR, ".open li"))
    find(browser, ".once .plain").click()
    until(browser, lambda: secret not in browser.page_source)

    named(browser, f"Drain: {name}").click()
    confirm(browser)
    assert worker.wait(120) == 0, product.log("worker").read_text()
    until(browser, lambda: row(site, name).get_attribute("data-state") in ("draining", "drained"))
    named(browser, f"Let it work again: {name}").click()
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, f"[aria-label='Drain: {name}']"))
    since = now()
    joined(site, [], "again", tmp_path / "state")
    again = product.log("again")
    running.until("it looks again", lambda: newer(product, since))

    named(browser, f"Revoke: {name}").click()
    confirm(browser)
    until(browser, lambda: row(site, name).get_attribute("data-state") == "revoked")
    refused = ("refused the login", "refused the key")
    running.until("thrown out", lambda: any(one in again.read_text() for one in refused))
    named(browser, f"Remove: {name}").click()
    confirm(browser)
    until(
        browser,
        lambda: not browser.find_elements(By.CSS_SELECTOR, f"[aria-label='Remove: {name}']"),
    )


@pytest.fixture(scope="module")
def looking(site: Site, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A region that a worker looks from."""
    region = "us-east"
    state = tmp_path_factory.mktemp("looking") / "state"
    joined(site, invited(site, region), "looking", state)
    running.until("its results", lambda: site.product.results(region=region))
    return region


def test_a_look_now_tells_the_results_as_they_come(site: Site, looking: str) -> None:
    browser = site.browser
    check = site.product.results(region=looking)[0]["check"]
    show(browser, f"{site.url}/operate/checks", f"tr[data-key='{check}']")
    until(browser, lambda: looking_next(browser, check))
    named(browser, f"Look now: {check}").click()
    line = f"tr[data-key='{check}'] .came li[data-state=seen]"
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, line))
    assert find(browser, f"{line} .shape").get_attribute("data-state") in ("well", "bad")
    until(browser, lambda: find(browser, ".came").get_attribute("data-over") == "true")
    came = browser.find_elements(By.CSS_SELECTOR, f"tr[data-key='{check}'] .came li")
    assert len(came) == len(REGIONS)
    assert all(len(one.text.split()) > 1 for one in came)
    assert axe.violations(browser) == []
    assert "looks asked for" in [one["what"] for one in audit(site)]


def looking_next(browser: Chrome, check: str) -> Any:
    """When it is due next, from where."""
    return re.search(
        r"\d\d:\d\d:\d\d", find(browser, f"tr[data-key='{check}'] td:nth-child(4)").text
    )


def test_delays_and_queues_come_by_themselves(site: Site, looking: str) -> None:
    browser = site.browser
    show(browser, f"{site.url}/operate/flow", "[data-key=results] dd")
    until(browser, lambda: find(browser, "[data-key=ingest_lag_p50_ms] dd").text.endswith("s"))
    assert find(browser, f"tr[data-key='{looking}']")
    before = find(browser, "[data-key=results] dd").text
    until(browser, lambda: find(browser, "[data-key=results] dd").text != before)


def test_a_token_of_the_page_opens_the_api_until_it_is_revoked(site: Site) -> None:
    browser = site.browser
    show(browser, f"{site.url}/operate/tokens", "input[name=name]")
    find(browser, "input[name=name]").send_keys("ci <b>bold</b>")
    find(browser, "input[value=operate]").click()
    find(browser, ".fields button").click()
    text = until(browser, lambda: find(browser, ".once code").text)
    assert axe.violations(browser) == []
    assert asked(site, "/v1/audit", text) == 200
    assert asked(site, "/v1/config", text) == 403
    find(browser, ".once .plain").click()
    until(browser, lambda: text not in browser.page_source)
    named(browser, "Revoke: ci <b>bold</b>").click()
    confirm(browser)
    until(browser, lambda: "revoked" in find(browser, ".cards tr[data-over]").text)
    assert asked(site, "/v1/audit", text) == 401


def test_a_change_is_seen_made_and_taken_back(site: Site) -> None:
    browser = site.browser
    show(browser, f"{site.url}/operate/configuration", ".versions li")
    first = current(browser)
    button(browser, "Show and change it").click()
    area = until(browser, lambda: find(browser, "#config-text"))
    whole = json.loads(area.get_attribute("value"))
    whole["services"][0]["name"] = "Renamed <i>here</i>"
    write(browser, "{ no JSON")
    button(browser, "See what would change").click()
    until(browser, lambda: find(browser, ".refused").text)
    assert find(browser, "#config-text").get_attribute("value") == "{ no JSON"
    write(browser, json.dumps(whole))
    button(browser, "See what would change").click()
    until(browser, lambda: not browser.find_elements(By.CSS_SELECTOR, ".refused"))
    until(browser, lambda: "Renamed <i>here</i>" in find(browser, ".diff").text)
    assert axe.violations(browser) == []
    assert current(browser) == first
    button(browser, "Put it in force").click()
    until(browser, lambda: current(browser) == first + 1)
    running.until("it is called so", lambda: "Renamed" in str(site.product.get("/v1/services")))
    named(browser, f"What would going back change?: version {first}").click()
    until(browser, lambda: "Renamed" in find(browser, ".versions .diff").text)
    button(browser, f"Put version {first} in force again").click()
    until(browser, lambda: current(browser) == first + 2)
    running.until(
        "it has its name again", lambda: "Renamed" not in str(site.product.get("/v1/services"))
    )


def current(browser: Chrome) -> int:
    """The version that the page says is in force."""
    return int(find(browser, "#config-title small").text.removeprefix("version "))


def write(browser: Chrome, text: str) -> None:
    """Type a text in place of what is there; as a paste, for it is long."""
    area = find(browser, "#config-text")
    area.clear()
    area.send_keys(" ")
    browser.execute_script(_PASTE, area, text)


_PASTE: Final = """
    const [area, text] = arguments;
    area.value = text;
    area.dispatchEvent(new Event("input", {bubbles: true}));
"""


def button(browser: Chrome, text: str) -> Any:
    """The button with this text."""
    return until(browser, lambda: browser.find_element(By.XPATH, f"//button[text()='{text}']"))


def test_what_was_done_stands_in_the_audit_log(site: Site) -> None:
    browser = site.browser
    show(browser, f"{site.url}/operate/audit", "tr[data-key]")
    shown = find(browser, ".cards").text
    for what in ("signed in", "token created"):
        assert what in shown
    find(browser, "input[name=about]").send_keys("eu-west")
    find(browser, ".fields button").click()
    until(browser, lambda: "about=eu-west" in browser.current_url)
    until(browser, lambda: "signed in" not in find(browser, ".cards").text)
    assert "worker invited" in find(browser, ".cards").text


def test_who_was_signed_out_is_told_and_keeps_what_was_typed(site: Site) -> None:
    browser = site.browser
    show(browser, f"{site.url}/operate/tokens", "input[name=name]")
    find(browser, "input[name=name]").send_keys("typed")
    cookie = browser.get_cookie("outscope_session")
    assert cookie is not None
    browser.delete_cookie("outscope_session")
    find(browser, ".fields button").click()
    until(browser, lambda: "This takes the scope" in find(browser, ".refused").text)
    assert find(browser, ".refused .sign-in").get_attribute("href").endswith("operate%2Ftokens")
    assert find(browser, "input[name=name]").get_attribute("value") == "typed"
    browser.add_cookie(cookie)  # as when somebody signs in by another window
    find(browser, ".fields button").click()
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".once code"))


def audit(site: Site) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(site.product.run("audit", "--json"))
    return found


def asked(site: Site, path: str, token: str) -> int:
    """The status that a program is answered which shows this token."""
    request = Request(f"{site.url}{path}", headers={"authorization": f"Bearer {token}"})
    try:
        with urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code
