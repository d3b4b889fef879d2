"""The one region of a first start is named by where this machine is, or by its name."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from api.here import country_name, host_name, named_here
from api.supervisor.prepare import prepare
from coordinator.geodata.places import NOWHERE, Place

DOCUMENT = {"regions": [{"id": "here", "name": "This machine"}], "services": []}
GERMANY = Place("DE", 3320)


@pytest.mark.parametrize(
    ("address", "place", "expected"),
    [
        ("198.51.100.7", GERMANY, {"id": "here", "name": "lab"}),  # for documentation, not public
        ("10.1.2.3", GERMANY, {"id": "here", "name": "lab"}),
        ("100.64.0.1", GERMANY, {"id": "here", "name": "lab"}),
        ("fe80::1", GERMANY, {"id": "here", "name": "lab"}),
        ("nonsense", GERMANY, {"id": "here", "name": "lab"}),
        (None, GERMANY, {"id": "here", "name": "lab"}),
        ("9.9.9.9", NOWHERE, {"id": "here", "name": "lab"}),
        ("9.9.9.9", Place("XX"), {"id": "here", "name": "XX", "country": "XX"}),
    ],
)
def test_a_public_address_with_a_country_names_it_and_else_the_host(
    address: str | None, place: Place, expected: dict[str, str]
) -> None:
    named = named_here(DOCUMENT, address, lambda _: place, "lab.example.com")
    assert named == {**DOCUMENT, "regions": [expected]}


def test_other_regions_keep_their_names() -> None:
    document = {"regions": [{"id": "eu-west", "name": "Ireland"}]}
    assert named_here(document, "9.9.9.9", lambda _: GERMANY, "lab") == document


@pytest.mark.parametrize(
    ("host", "expected"),
    [("laptop", "laptop"), ("a.b.c", "a"), ("", "This machine"), ("\x1b[2J", "[2J")],
)
def test_a_hosts_name_is_its_first_part_as_far_as_it_can_be_read(host: str, expected: str) -> None:
    assert host_name(host) == expected
    assert host_name("x" * 300) == "x" * 60


def test_a_country_without_a_name_is_its_code() -> None:
    assert country_name("QQ") == "QQ"
    assert country_name("IE") in ("IE", "Ireland")


def test_a_first_start_looks_from_here_and_a_later_one_goes_on_with_what_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = f"sqlite://{tmp_path / 'outscope.db'}"
    monkeypatch.setenv("OUTSCOPE_PUBLIC_ADDRESS", "9.9.9.9")
    first = prepare(database, tmp_path, None)
    assert (first.regions, len(first.shared)) == (("here",), 1)
    assert first.services > 1

    five = tmp_path / "outscope.yaml"
    five.write_text("include: [catalog:regions, catalog:references]\n")
    asked = prepare(database, tmp_path, five)
    assert len(asked.regions) == len(asked.shared) == 5

    again = prepare(database, tmp_path, None)
    assert (again.regions, again.shared, again.changes) == (asked.regions, asked.shared, 0)


def test_the_name_of_the_country_comes_from_the_bundled_database(tmp_path: Path) -> None:
    database = f"sqlite://{tmp_path / 'outscope.db'}"
    done = subprocess.run(
        [sys.executable, "-m", "api.supervisor.prepare"],
        env={
            **os.environ,
            "OUTSCOPE_DATABASE": database,
            "OUTSCOPE_DATA": str(tmp_path),
            "OUTSCOPE_PUBLIC_ADDRESS": "193.0.0.1",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["shared"] == [country_name("NL")]
