"""What the languages of the page say: Azerbaijani lacks nothing, Arabic is started; and how they
count, list and date.
"""

import json
import sys
from typing import Final

import pytest
from selenium.webdriver import Chrome

from tests.api.web import spoken
from tests.api.web.chromium import MARKS, show

pytestmark = MARKS
SAME: Final = {
    "Outscope",
    "—",
    "TLS",
    "API",
    "Region",
    "regional",
    "region",
    "",
    ", ",
    "Status",
    "Token",
    "Audit",
    "Broker",
}
"""What is written alike in English and in Azerbaijani."""
OWN: Final = ("core: calendar", "overview: countries")
"""Where the browser does not know a language, it brings its own names of days and countries."""
STARTED: Final = 0.5


def test_azerbaijani_has_each_sentence_with_what_is_put_into_it(reader: Chrome, site: str) -> None:
    reader.get(site)
    english, own = (spoken.sentences(reader, language) for language in ("en", "az"))
    apart = {*english} ^ {*own}
    assert {key for key in apart if not key.startswith(OWN)} == set()
    both = [key for key in english if key in own]
    kinds = {key: (english[key].kind, own[key].kind) for key in both}
    assert {key: kind for key, kind in kinds.items() if kind[0] != kind[1]} == {}
    alike = {key: own[key].value for key in both if own[key].value == english[key].value}
    assert {key for key, value in alike.items() if str(value or "") not in SAME} == set()


def test_arabic_is_started_and_says_what_share_it_has(reader: Chrome, site: str) -> None:
    reader.get(site)
    english, own = (spoken.sentences(reader, language) for language in ("en", "ar"))
    missing = sorted({*english} - {*own})
    share = 1 - len(missing) / len(english)
    sys.stdout.write(f"Arabic has {share:.0%} of {len(english)} sentences; missing: {missing}\n")
    assert {*own} <= {*english}
    assert [key for key in own if own[key].kind != english[key].kind] == []
    assert share >= STARTED


def test_what_a_language_lacks_is_english(reader: Chrome, site: str) -> None:
    show(reader, spoken.at(site, "/incidents", "ar"), ".incident")
    arabic = spoken.sentences(reader, "ar")
    english = spoken.sentences(reader, "en")
    lacking = next(key for key in english if key not in arabic and english[key].kind == "text")
    folder, _, path = lacking.partition(": ")
    assert folder
    value = spoken.run(reader, "core/words.js", f"return m.words.{path}")
    assert value == f"\u2066{english[lacking].value}\u2069", "and runs from left to right"


def test_counts_have_the_plural_of_their_language(reader: Chrome, site: str) -> None:
    minutes = "return [0, 1, 2, 3, 11, 100].map(m.words.units.minutes)"
    said = {}
    for language in ("en", "az", "ar"):
        show(reader, spoken.at(site, "/", language), ".row")
        said[language] = spoken.run(reader, "core/words.js", minutes)
    assert said["ar"] == ["0 دقيقة", "دقيقة واحدة", "دقيقتان", "3 دقائق", "11 دقيقة", "100 دقيقة"]
    assert said["az"][1:3] == ["1 dəq", "2 dəq"]
    looks = "return [1, 2].map((all) => m.words.looks(1, all))"
    show(reader, spoken.at(site, "/", "en"), ".row")
    assert spoken.run(reader, "core/words.js", looks) == ["1 bad of 1 look", "1 bad of 2 looks"]


@pytest.mark.parametrize(
    ("language", "number", "names"),
    [
        ("en", "1,234.5", "A, B and C"),
        ("az", "1.234,5", "A, B və C"),
        ("ar-EG", "١٬٢٣٤٫٥", "A وB وC"),  # noqa: RUF001
        ("ar-MA", "1.234,5", "A وB وC"),
        ("ar-nonsense-123456789", "1,234.5", "A وB وC"),
    ],
)
def test_numbers_and_lists_are_of_the_language_and_its_country(
    reader: Chrome, site: str, language: str, number: str, names: str
) -> None:
    show(reader, spoken.at(site, "/", language), ".row")
    body = 'return [m.number(1234.5, 1), m.list(["A", "B", "C"])]'
    assert spoken.run(reader, "core/language.js", body) == [number, names]


def test_azerbaijani_days_have_names_where_the_browser_knows_none(
    reader: Chrome, site: str
) -> None:
    show(reader, spoken.at(site, "/", "az"), ".row")
    body = 'return [m.utcDay("2026-03-01"), m.day("2026-12-24T12:00:00Z"), m.length(7_500_000)]'
    assert spoken.run(reader, "core/time.js", body) == ["B., 1 mar", "24 dek", "2 saat 5 dəq"]


def test_what_the_page_puts_together_is_what_the_server_says(reader: Chrome, site: str) -> None:
    show(reader, spoken.at(site, "/", "en"), ".row")
    board = reader.execute_async_script(
        "const done = arguments[0]; fetch('/v1/board').then((a) => a.json()).then(done)"
    )
    script = f"""
        const board = {json.dumps(board)};
        const whole = ({{text, named}}) => named ? text : text[0].toUpperCase() + text.slice(1);
        const around = (one) => m.setting(one, board.regions);
        const said = board.services.map((one) => whole(m.composed(one, around(one))));
        const all = m.summed(board)[0];
        return [all[0].toUpperCase() + all.slice(1), ...said];
    """
    found = spoken.run(reader, "parts/sentence.js", script)
    assert found == [board["headline"], *(one["headline"] for one in board["services"])]


def test_countries_have_names_where_the_browser_knows_none(reader: Chrome, site: str) -> None:
    here = "{country: 'IE', asn: null, services: [], near: [{name: 'Dubai'}]}"
    for language, name in (("az", "İrlandiya"), ("ar", "أيرلندا"), ("en", "Ireland")):
        show(reader, spoken.at(site, "/", language), ".row")
        said = spoken.run(reader, "overview/here.js", f"return m.Here({{here: {here}}})")
        assert name in json.dumps(said, ensure_ascii=False)
