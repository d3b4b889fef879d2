"""What is found about the databases of places."""

from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from coordinator.doctor import State
from coordinator.doctor.geography import OLD_DAYS, look_at_places
from worker.contract.clock import now

DAY_MS = 86_400_000


@pytest.fixture
def networks(tmp_path: Path) -> Path:
    """A database of networks that was built just now."""
    writer = MMDBWriter(6, "Test-ASN (compat=GeoLite2-ASN)", ipv4_compatible=True)
    writer.insert_network(IPSet(["8.8.8.0/24"]), {"autonomous_system_number": 15169})
    writer.to_db_file(str(tmp_path / "asn.mmdb"))
    return tmp_path / "asn.mmdb"


def test_the_bundled_databases_are_told_with_their_age() -> None:
    countries, networks = look_at_places(None, None, 1_800_000_000_000)
    assert ("Outscope-Country" in countries.said, "Outscope-ASN" in networks.said) == (True, True)
    for told in (countries, networks):
        assert "bundled, built 20" in told.said
        assert told.said.endswith(" days old")
    assert "OUTSCOPE_GEOIP_ASN" in networks.todo or networks.state is State.OK


def test_one_that_is_old_is_a_warning(networks: Path) -> None:
    _, young = look_at_places(None, networks, now())
    assert (young.state, "0 days old" in young.said) == (State.OK, True)
    _, old = look_at_places(None, networks, now() + (OLD_DAYS + 2) * DAY_MS)
    assert (old.state, "OUTSCOPE_GEOIP_ASN" in old.todo) == (State.WARNING, True)


@pytest.mark.parametrize("content", [None, b"no database"])
def test_one_that_cannot_be_read_is_a_failure(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "countries.mmdb"
    if content is not None:
        path.write_bytes(content)
    told, _ = look_at_places(path, None, now())
    assert (told.check, told.state) == ("countries", State.FAILURE)
    assert "OUTSCOPE_GEOIP_COUNTRY" in told.todo
