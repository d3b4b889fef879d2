"""Where the addresses are that answered: from a report to the stored result."""

from pathlib import Path
from typing import Any

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from coordinator.domain.schedule.ledger import Ledger
from coordinator.domain.schedule.presence import Presence
from coordinator.geodata.places import Places
from coordinator.messaging.consumer import ReportConsumer
from coordinator.messaging.publisher import Publisher
from coordinator.parts import Parts
from coordinator.runtime.metrics import Counters
from coordinator.store import open_store
from tests.coordinator.ingest import test_loop
from tests.coordinator.ingest.test_loop import REGIONS, URL, World
from worker.contract import clock

IP = 15
"""Column of a row."""


async def test_results_carry_country_and_network_of_the_address_that_answered(
    tmp_path: Path, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = MMDBWriter(6, "GeoLite2-ASN", ipv4_compatible=True)
    writer.insert_network(
        IPSet(["8.8.8.0/24", "2001:4860::/32"]), {"autonomous_system_number": 15169}
    )
    writer.to_db_file(str(tmp_path / "asn.mmdb"))
    places = Places(asn=tmp_path / "asn.mmdb")
    monkeypatch.setattr(test_loop, "Places", lambda: places)
    async with open_store(f"sqlite://{tmp_path}/store.db") as store:
        parts = Parts(
            store, Publisher(URL), ReportConsumer(URL, REGIONS), Ledger(), Presence(), Counters()
        )
        parts.presence.expect(REGIONS, clock.monotonic_s())
        world = World(parts, document)
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
