"""Where addresses are."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from coordinator.geodata.places import NETWORKS, NOWHERE, Place, Places, packed

ASKING = """
import random, sys
from ipaddress import IPv4Address
from pathlib import Path
from coordinator.geodata.places import Places

def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

before = held()
places = Places(Path("/dev/null"), folder=Path(sys.argv[1]))
for _ in range(20_000):
    places.of(str(IPv4Address(random.getrandbits(32))))
print(held() - before)
"""


def database(path: Path, kind: str, record: dict[str, object]) -> Path:
    writer = MMDBWriter(6, kind, ipv4_compatible=True)
    writer.insert_network(IPSet(["8.8.8.0/24", "2001:4860::/32"]), record)
    writer.to_db_file(str(path))
    return path


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888"])
@pytest.mark.parametrize("kept", [True, False])
def test_the_bundled_databases_know_countries_and_networks(
    tmp_path: Path, address: str, kept: bool
) -> None:
    places = Places(folder=tmp_path / "geodata" if kept else None)
    assert places.of(address) == Place(country="US", asn=15169)
    places.close()


def test_the_bundled_networks_take_little_memory_and_little_of_the_wheel(tmp_path: Path) -> None:
    assert len(packed(NETWORKS)) < 8e6
    Places(folder=tmp_path).close()  # unpacks
    grown = subprocess.run(
        [sys.executable, "-c", ASKING, str(tmp_path)], check=True, capture_output=True, text=True
    )
    assert float(grown.stdout) < 20.0


def test_the_bundled_databases_are_unpacked_once(tmp_path: Path) -> None:
    Places(folder=tmp_path).close()
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert {name.partition("-")[0] for name in before} == {"country", "networks"}
    Places(folder=tmp_path).close()
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::1", "no address", "", None])
def test_what_is_nowhere_is_nowhere(address: str | None) -> None:
    places = Places()
    assert places.of(address) == NOWHERE
    places.close()


def test_an_operators_databases_are_asked(tmp_path: Path) -> None:
    country = database(tmp_path / "c.mmdb", "GeoLite2-Country", {"country": {"iso_code": "XX"}})
    asn = database(tmp_path / "a.mmdb", "GeoLite2-ASN", {"autonomous_system_number": 15169})
    places = Places(country, asn)
    assert places.of("8.8.8.8") == Place("XX", 15169)
    assert places.of("9.9.9.9") == NOWHERE
    places.close()


def test_a_database_that_was_replaced_is_opened_again(tmp_path: Path) -> None:
    path = database(tmp_path / "c.mmdb", "GeoLite2-Country", {"country": {"iso_code": "XX"}})
    places = Places(path)
    assert places.of("8.8.8.8").country == "XX"
    database(tmp_path / "new.mmdb", "GeoLite2-Country", {"country": {"iso_code": "YY"}}).replace(
        path
    )
    os.utime(path, ns=(1, 1))
    places.refresh()
    assert places.of("8.8.8.8").country == "YY"
    places.close()


def test_a_missing_database_costs_one_warning_and_works_when_it_appears(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    places = Places(tmp_path / "c.mmdb")
    for _ in range(3):
        assert places.of("8.8.8.8").country is None
        places.refresh()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    database(tmp_path / "c.mmdb", "GeoLite2-Country", {"country": {"iso_code": "XX"}})
    places.refresh()
    assert places.of("8.8.8.8").country == "XX"
    places.close()


def test_a_broken_database_costs_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "c.mmdb").write_bytes(b"nonsense" * 1000)
    places = Places(tmp_path / "c.mmdb")
    assert places.of("8.8.8.8") == places.of("8.8.4.4") == Place(None, 15169)
    assert len(caplog.records) == 1


def test_a_database_of_another_kind_costs_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = database(tmp_path / "a.mmdb", "Something-Else", {"x": 1})
    places = Places(path)
    assert places.of("8.8.8.8") == places.of("8.8.8.9") == Place(None, 15169)
    assert len(caplog.records) == 1


def test_a_database_that_becomes_unusable_leaves_the_one_before_in_use(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = database(tmp_path / "c.mmdb", "GeoLite2-Country", {"country": {"iso_code": "XX"}})
    places = Places(path)
    for spoil in (
        lambda: os.truncate(path, 100),
        lambda: path.write_bytes(b"nonsense" * 1000),
        lambda: database(path, "Something-Else", {"x": 1}),
        path.unlink,
    ):
        spoil()
        places.refresh()
        with pytest.raises((OSError, ValueError)):
            places.open_again(places.country)
        assert places.of("8.8.8.8").country == "XX"
        assert places.of("8.8.8.9").country == "XX"
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "the one before stays in use" in caplog.text
    database(path, "GeoLite2-Country", {"country": {"iso_code": "YY"}})
    places.open_again(places.country)
    assert places.of("8.8.8.8").country == "YY"


def test_a_database_that_is_cut_short_in_place_is_no_danger(tmp_path: Path) -> None:
    path = tmp_path / "c.mmdb"
    writer = MMDBWriter(4, "GeoLite2-Country")
    for number in range(256):
        writer.insert_network(IPSet([f"8.{number}.0.0/16"]), {"country": {"iso_code": "XX"}})
    writer.to_db_file(str(path))
    places = Places(path)
    os.truncate(path, 0)
    assert {places.of(f"8.{number}.0.1").country for number in range(256)} == {"XX"}
