"""Judging again on the page: side by side with what is kept, differences in sentences."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from api.supervisor.claim import free_port
from coordinator.configuration.judge import Judge
from coordinator.evaluation.names import RULES
from coordinator.store import open_store
from tests.api import seeds
from tests.api.http.routes.test_replay import story
from tests.api.server import Server
from tests.api.web import axe, chromium
from tests.api.web.chromium import MARKS, show, until
from tests.api.web.test_explore import copied, run
from worker.contract.clock import now

pytestmark = MARKS


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where half an hour of results is served, with an incident that was kept of it, and one that
    the results know nothing of.
    """
    database = f"sqlite://{tmp_path_factory.mktemp('judged') / 'outscope.db'}"

    async def fill() -> None:
        async with open_store(database) as store:
            begin = await story(store)
            at = now()
            await seeds.judged(store, at, seeds.verdict("claude", at), seeds.verdict("openai", at))
            middle = begin + 20 * seeds.INTERVAL_MS
            times = {"started_after": middle - 30_000, "started_by": middle}
            for service, number in (("claude", 1), ("openai", 2)):
                opened = seeds.incident(
                    service, at, number=number, opened_at=middle + 300_000, **times
                )
                await store.incidents.apply(opened)

    asyncio.run(fill())
    server = Server(database, free_port(), coordinator_silent_ms=10**9)
    server.start()
    yield server.url
    server.stop()


def find(browser: Chrome, selector: str) -> Any:
    return browser.find_element(By.CSS_SELECTOR, selector)


def state(browser: Chrome) -> str:
    return str(find(browser, "#replayed").get_attribute("data-state"))


def replayed(site: str, query: str) -> set[str]:
    """The incidents that the API's replay tells."""
    with urlopen(f"{site}/v1/replay?{query}") as answer:
        lines = [json.loads(line) for line in answer.read().splitlines()]
    return {line["id"] for line in lines if line["type"] == "incident"}


def test_both_are_side_by_side_and_what_differs_is_said(
    reader: Chrome, judged: str, tmp_path: Path
) -> None:
    show(reader, f"{judged}/explore/replay?since=1h", "[name=begin]")
    Select(find(reader, "[name=rule]")).select_by_visible_text("gatus")
    until(reader, lambda: "rule=gatus" in reader.current_url)
    find(reader, "[name=begin]").send_keys(Keys.ENTER)
    until(reader, lambda: state(reader) == "done")
    theirs = reader.find_elements(By.CSS_SELECTOR, ".lanes rect.theirs")
    assert len(theirs) == len(replayed(judged, "since=1h&rule=gatus")) == 1
    assert len(reader.find_elements(By.CSS_SELECTOR, ".lanes rect.ours")) == 2
    told = find(reader, ".differences").text.splitlines()
    assert len(told) == 2
    assert any("gatus opens it" in line and "earlier" in line for line in told)
    assert any(line.startswith("OpenAI") and "gatus says nothing" in line for line in told)
    assert any(", since " in line for line in told)
    command = copied(reader, judged, "curl")
    lines = map(json.loads, run(command, tmp_path).splitlines())
    ids = {line["id"] for line in lines if line["type"] == "incident"}
    assert ids == replayed(judged, "since=1h&rule=gatus")
    for theme in ("light", "dark"):
        chromium.theme(reader, theme)
        assert axe.violations(reader) == []
    chromium.size(reader, 360, 900)
    wide = "return document.documentElement.scrollWidth <= window.innerWidth"
    assert reader.execute_script(wide)
    chromium.size(reader, 900, 1200)


def test_thresholds_are_in_the_address_and_mistakes_are_said(reader: Chrome, judged: str) -> None:
    show(reader, f"{judged}/explore/replay?since=1h", "[name=set]")
    given = find(reader, "[name=set]")
    given.send_keys("judge.silent_afer=5m", Keys.TAB)
    until(reader, lambda: "set=judge.silent_afer" in reader.current_url)
    find(reader, "[name=begin]").click()
    until(reader, lambda: state(reader) == "trouble")
    assert "did you mean judge.silent_after?" in find(reader, "#replayed").text
    assert "silent_after" in {field.alias for field in Judge.model_fields.values()}


def test_it_can_be_stopped(reader: Chrome, judged: str) -> None:
    show(reader, f"{judged}/explore/replay?since=1h", "[name=begin]")
    find(reader, "[name=begin]").click()
    until(reader, lambda: find(reader, "[name=end]")).click()
    until(reader, lambda: state(reader) == "none")
    find(reader, "[name=begin]").click()
    until(reader, lambda: state(reader) in ("done", "trouble"))


def test_rules_are_those_that_there_are(reader: Chrome, judged: str) -> None:
    show(reader, f"{judged}/explore/replay", "[name=rule]")
    options = Select(find(reader, "[name=rule]")).options
    assert [option.get_attribute("value") for option in options] == list(RULES)


def test_a_stranger_comes_there_from_the_explorer(reader: Chrome, judged: str) -> None:
    show(reader, f"{judged}/explore?since=1h", "#found[data-read=true]")
    find(reader, "main .quiet a").send_keys(Keys.ENTER)
    until(reader, lambda: reader.current_url.endswith("/explore/replay"))
    until(reader, lambda: find(reader, "[name=begin]"))
