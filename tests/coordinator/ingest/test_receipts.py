"""The books on who was heard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from coordinator.geodata.places import Places
from coordinator.ingest.receipts import Bookkeeping
from worker.contract.message import Report, Vitals


@pytest.fixture
def places() -> Iterator[Places]:
    found = Places()
    yield found
    found.close()


def asn_database(path: Path, network: str, number: int) -> Path:
    writer = MMDBWriter(6, "GeoLite2-ASN", ipv4_compatible=True)
    writer.insert_network(IPSet([network]), {"autonomous_system_number": number})
    writer.to_db_file(str(path))
    return path


def report(seq: int, vitals: Vitals | None = None) -> Report:
    return Report(worker="eu-west-1", boot="b", seq=seq, sent_at=0, vitals=vitals)


def test_a_worker_is_placed_by_the_address_that_it_looks_from(places: Places) -> None:
    books = Bookkeeping(places)
    books.heard("eu-west", report(1, Vitals(address="8.8.8.8", in_flight=3)), 1000)
    books.heard("eu-west", report(2), 2000)
    (heard,), _ = books.take()
    assert (heard.address, heard.ip_country, heard.asn) == ("8.8.8.8", "US", 15169)
    assert heard.at == 2000
    assert heard.vitals is not None
    assert heard.vitals["in_flight"] == 3


def test_a_worker_is_in_a_network_when_there_is_a_database_of_them(tmp_path: Path) -> None:
    places = Places(asn=asn_database(tmp_path / "asn.mmdb", "8.8.8.0/24", 15169))
    books = Bookkeeping(places)
    books.heard("eu-west", report(1, Vitals(address="8.8.8.8")), 1000)
    (heard,), _ = books.take()
    assert (heard.ip_country, heard.asn) == ("US", 15169)
    places.close()


def test_a_worker_behind_a_private_address_is_nowhere(places: Places) -> None:
    books = Bookkeeping(places)
    books.heard("eu-west", report(1, Vitals(address="10.0.0.7")), 1000)
    (heard,), _ = books.take()
    assert (heard.address, heard.ip_country) == ("10.0.0.7", None)
    assert books.take() == ([], [])
