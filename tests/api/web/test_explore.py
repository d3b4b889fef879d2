"""The view for analysts, in a real browser: what is shown is what the API, the export and the
copied commands give.
"""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from tests.api.web import story
from tests.api.web.chromium import MARKS, seen, show, size, until
from worker.contract.clock import now
from worker.contract.instant import rfc3339
from worker.contract.outcome import Reason

pytestmark = MARKS
READ = "#found[data-read=true]"
SHOWN = ("scheduled_at", "service", "component", "region", "worker", "ok", "reason", "status_code")
PATIENCE_S = 240


def find(browser: Chrome, selector: str) -> Any:
    return browser.find_element(By.CSS_SELECTOR, selector)


@pytest.fixture(scope="module")
def day() -> str:
    """Since when one day is: the same for the page and for the API, however long the tests take."""
    return rfc3339(now() - 86_400_000)


def opened(browser: Chrome, site: str, **query: str) -> None:
    show(browser, f"{site}/explore?{urlencode(query)}", READ)


def listed(site: str, **query: str) -> list[dict[str, Any]]:
    """All results that the API lists, page by page."""
    items: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        asked = {**query, "limit": "1000", **({"cursor": cursor} if cursor else {})}
        with urlopen(f"{site}/v1/results?{urlencode(asked)}") as answer:
            page = json.load(answer)
        items += page["items"]
        cursor = page["next"]
    return items


def ids_by_scrolling(browser: Chrome) -> list[str]:
    """The looks of the table from its first row to its last, as somebody who scrolls sees them."""
    found: dict[str, None] = {}
    box = find(browser, ".rows")
    rows = "return [...document.querySelectorAll('.rows [data-id]')].map(row => row.dataset.id)"
    end = (
        "return arguments[0].scrollTop + arguments[0].clientHeight + 2 >= arguments[0].scrollHeight"
    )
    browser.execute_script("arguments[0].scrollTop = 0", box)
    ended = False
    while not ended:
        ended = browser.execute_script(end, box)
        browser.execute_async_script(
            "requestAnimationFrame(() => requestAnimationFrame(arguments[0]))"
        )
        found |= dict.fromkeys(browser.execute_script(rows))
        browser.execute_script("arguments[0].scrollTop += 300", box)
    return list(found)


def copied(browser: Chrome, site: str, name: str) -> str:
    """What the clipboard holds when the button of a command was pressed."""
    granted = {"origin": site, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    browser.execute_cdp_cmd("Browser.grantPermissions", granted)
    find(browser, f".command:has([data-command={name}]) button").click()
    until(browser, lambda: "Copied" in seen(browser))
    text = browser.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    assert text == find(browser, f"[data-command={name}]").get_attribute("textContent")
    return str(text)


def run(command: str, place: Path, *more: Path) -> str:
    """What a shell prints for a command, in a folder."""
    path = os.pathsep.join([*map(str, more), str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=place,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def told(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Rows in an order of their own, by the columns that all ways of writing them have alike."""
    return sorted(tuple(str(row[name]) for name in SHOWN) for row in rows)


def exported(path: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    for row in rows:
        row["scheduled_at"] = (
            row["scheduled_at"].isoformat(timespec="milliseconds").replace("+00:00", "Z")
        )
    return rows


@pytest.fixture
def downloads(reader: Chrome, tmp_path: Path) -> Path:
    """Where the browser puts what is downloaded."""
    allowed = {"behavior": "allow", "downloadPath": str(tmp_path)}
    reader.execute_cdp_cmd("Browser.setDownloadBehavior", allowed)
    return tmp_path


def downloaded(browser: Chrome, place: Path, format_: str) -> Path:
    find(browser, f"[data-format={format_}]").click()
    files: list[Path] = until(browser, lambda: list(place.glob(f"*.{format_}")))
    return files[0]


def test_what_is_downloaded_is_what_the_api_lists_and_the_table_shows(
    reader: Chrome, site: str, day: str, downloads: Path
) -> None:
    query = {"since": day, "service": "claude", "region": "eu-west"}
    opened(reader, site, **query)
    shown = ids_by_scrolling(reader)
    items = listed(site, **query)
    assert shown == [item["id"] for item in items]
    assert len(items) > 250
    lines = downloaded(reader, downloads, "ndjson").read_text().splitlines()
    assert told([json.loads(line) for line in lines]) == told(items)
    with downloaded(reader, downloads, "csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == len(items)
    assert told(exported(downloaded(reader, downloads, "parquet"))) == told(items)


def test_thousands_of_rows_are_a_few_elements_and_keys_walk_through_them(
    reader: Chrome, site: str, day: str
) -> None:
    opened(reader, site, since=day)
    table = find(reader, ".rows table")
    count = int(str(table.get_attribute("aria-rowcount"))) - 1
    assert count == len(listed(site, since=day)) > 5_000
    assert 20 < len(reader.find_elements(By.CSS_SELECTOR, ".rows [data-id]")) < 100
    find(reader, ".rows").send_keys(Keys.END)
    last = f".rows tr[aria-rowindex='{count + 1}']"
    until(reader, lambda: find(reader, last).is_displayed())
    assert len(reader.find_elements(By.CSS_SELECTOR, ".rows [data-id]")) < 100


def test_filters_are_in_the_address_and_can_be_shared(reader: Chrome, site: str, day: str) -> None:
    opened(reader, site, since=day, service="claude")
    Select(find(reader, "[name=ok]")).select_by_value("false")
    until(reader, lambda: "ok=false" in reader.current_url)
    until(reader, lambda: find(reader, READ))
    until(reader, lambda: "web" in find(reader, "[name=component]").text)
    Select(find(reader, "[name=component]")).select_by_visible_text("web")
    until(reader, lambda: "component=web" in reader.current_url)
    shared = reader.current_url
    show(reader, shared, READ)
    assert Select(find(reader, "[name=component]")).first_selected_option.text == "web"
    items = listed(site, since=day, service="claude", component="web", ok="false")
    assert find(reader, "#found").text.startswith(f"{len(items)} looks from")
    assert {row.text for row in reader.find_elements(By.CSS_SELECTOR, ".rows .share")} == {"failed"}
    find(reader, ".filters button:last-of-type").click()
    until(reader, lambda: reader.current_url.endswith(f"/explore?{urlencode({'since': day})}"))


def test_a_column_sorts_by_the_keyboard(reader: Chrome, site: str) -> None:
    opened(reader, site, since="1h", service="openai")
    head = find(reader, ".rows th:nth-child(9) button")
    head.send_keys(Keys.ENTER)
    until(reader, lambda: "sort=-total_ms" in reader.current_url)
    items = listed(site, since="1h", service="openai")
    slowest = max(item["total_ms"] or 0 for item in items)
    first = ".rows [data-id] td:nth-child(9)"
    until(
        reader,
        lambda: find(reader, first).get_attribute("textContent") == f"{slowest + 1e-9:.0f}\xa0ms",
    )
    find(reader, ".rows th:nth-child(9) button").send_keys(Keys.ENTER)
    until(reader, lambda: find(reader, ".rows th[aria-sort=ascending]"))


def test_reasons_are_those_that_there_are(reader: Chrome, site: str) -> None:
    opened(reader, site, since="15m")
    options = Select(find(reader, "[name=reason]")).options
    assert [option.get_attribute("value") for option in options] == ["", *Reason]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"region": "$(touch owned)"}, "region"),
        ({"since": "tomorrow"}, "since"),
        ({"reason": "weather"}, "reason"),
    ],
)
def test_what_cannot_be_asked_is_said_and_nothing_can_be_copied(
    reader: Chrome, site: str, query: dict[str, str], sentence: str
) -> None:
    opened(reader, site, **query)
    assert sentence in find(reader, "#found").text
    assert reader.find_elements(By.CSS_SELECTOR, ".command, .rows") == []


def test_what_targets_wrote_stays_text(reader: Chrome, site: str) -> None:
    opened(reader, site, since="24h", service="claude", ok="false")
    written = story.HOSTILE.replace("\x1b", "\u2423").replace("\u202e", "\u2423")
    assert written in str(find(reader, ".rows .detail").get_attribute("textContent"))
    assert reader.find_elements(By.CSS_SELECTOR, "main img") == []


def test_the_copied_export_gives_the_same_rows(
    reader: Chrome, site: str, day: str, tmp_path: Path
) -> None:
    query = {"since": day, "service": "claude", "region": "eu-west", "ok": "false"}
    opened(reader, site, **query)
    run(copied(reader, site, "export"), tmp_path)
    rows = exported(tmp_path / "looks.parquet")
    assert told(rows) == told(listed(site, **query))
    assert len(rows) > 1
    size(reader, 900, 1200)


def figures(browser: Chrome) -> dict[str, tuple[int, int]]:
    """Looks and failures of each group, as the table has them."""
    rows = browser.find_elements(By.CSS_SELECTOR, ".groups [data-group]")
    cells = {
        str(row.get_attribute("data-group")): row.find_elements(By.TAG_NAME, "td") for row in rows
    }
    return {key: (counted(told[0].text), counted(told[1].text)) for key, told in cells.items()}


def counted(text: str) -> int:
    return int(text.replace(",", ""))


def by_component(items: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for item in items:
        looks, failed = found.get(key := f"{item['service']} {item['component']}", (0, 0))
        found[key] = (looks + 1, failed + (not item["ok"]))
    return found


def test_groups_and_chart_count_what_the_api_lists(reader: Chrome, site: str, day: str) -> None:
    opened(reader, site, since=day, by="component")
    items = listed(site, since=day)
    assert figures(reader) == by_component(items)
    sums = (
        "return [...document.querySelectorAll('.looks-chart g[data-all]')].map(bar => bar.dataset)"
    )
    bars = reader.execute_script(sums)
    assert sum(int(bar["all"]) for bar in bars) == len(items)
    assert sum(int(bar["failed"]) for bar in bars) == sum(not item["ok"] for item in items)
    find(reader, "[data-group='claude web'] a").send_keys(Keys.ENTER)
    until(reader, lambda: "component=web" in reader.current_url)
    assert "by=" not in reader.current_url
    web = sum(item["service"] == "claude" and item["component"] == "web" for item in items)
    assert web > 900
    until(reader, lambda: find(reader, READ).text.startswith(f"{web} looks from"))


DUCKDB = """#!{python}
import sys, duckdb
assert sys.argv[1] == "-c" and len(sys.argv) == 3, sys.argv
for row in duckdb.sql(sys.argv[2]).fetchall():
    print(*row, sep="|")
"""
"""The command `duckdb` by the library of the same, where the system has none."""


@pytest.mark.parametrize("name", ["sql", "duckdb"])
def test_the_copied_questions_give_the_groups_that_are_shown(
    reader: Chrome, site: str, day: str, tmp_path: Path, name: str
) -> None:
    opened(reader, site, since=day, service="claude", by="component")
    shown = figures(reader)
    command = copied(reader, site, name)
    own = tmp_path / "bin"
    own.mkdir()
    (own / "duckdb").write_text(DUCKDB.format(python=sys.executable))
    (own / "duckdb").chmod(0o755)
    if name == "sql":
        told = [json.loads(line) for line in run(f"{command} --json", tmp_path).splitlines()[-3:]]
        rows = [tuple(row.values()) for row in told]
    else:
        rows = [tuple(line.split("|")) for line in run(command, tmp_path, own).splitlines()]
    assert [f"{row[0]} {row[1]}" for row in rows] == list(shown)
    assert [(int(row[2]), int(row[3])) for row in rows] == list(shown.values())
    table = reader.find_elements(By.CSS_SELECTOR, ".groups td:nth-child(5)")
    assert [f"{float(row[4]):.0f}\xa0ms" for row in rows] == [
        cell.get_attribute("textContent") for cell in table
    ]
