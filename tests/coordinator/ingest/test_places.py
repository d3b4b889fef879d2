"""Where the addresses are that answered: from a report to the stored result."""

from pathlib import Path
from typing import Any

from mmdb_writer import MMDBWriter
from netaddr import IPSet

from coordinator.geodata.places import Places
from coordinator.store import open_store
from tests.coordinator.ingest.test_loop import World

IP = 15
"""Column of a row."""


async def test_results_carry_country_and_network_of_the_address_that_answered(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    writer = MMDBWriter(6, "GeoLite2-ASN", ipv4_compatible=True)
    writer.insert_network(
        IPSet(["8.8.8.0/24", "2001:4860::/32"]), {"autonomous_system_number": 15169}
    )
    writer.to_db_file(str(tmp_path / "asn.mmdb"))
    places = Places(asn=tmp_path / "asn.mmdb")
    async with open_store(f"sqlite://{tmp_path}/store.db") as store:
        world = World(store, document, places)
        for check, ip in (
            ("api", "8.8.8.8"),
            ("web", "2001:4860:4860::8888"),
            ("ref-a", "10.0.0.1"),
        ):
            row = list(world.row(check))
            row[IP] = ip
            await world.hear("eu-west", "eu-west-1", tuple(row))
        stored = {
            result.check: (result.ip_country, result.asn)
            for result in await store.results.recent(0)
        }
    assert stored == {"api": ("US", 15169), "web": ("US", 15169), "ref-a": (None, None)}
    places.close()
