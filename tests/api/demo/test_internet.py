"""The small internet behaves as its weather says, towards each region."""

import asyncio
from pathlib import Path

import pytest

from api.demo.internet import internet
from api.demo.weather import Behaviour, Weather
from api.demo.world import ALLOWED, SPOTS, Endpoint, configuration, endpoints_of
from coordinator.configuration import load_configuration
from worker.contract.message import CheckSpec
from worker.contract.outcome import Outcome
from worker.probes.kinds import KINDS
from worker.probes.run import Vantage, look_once, parse_spec
from worker.targets.guard import Guard

pytestmark = pytest.mark.slow

(API,) = endpoints_of("aster", "api")
(CONSOLE,) = endpoints_of("aster", "console")


async def look(endpoint: Endpoint, port: int, ca_file: Path, source: str) -> Outcome:
    """What a worker that looks from `source` sees."""
    params = {"url": f"{endpoint.scheme}://{endpoint.address}:{port}/"}
    spec = CheckSpec(id="x", kind="http", interval_ms=2000, timeout_ms=800, params=params)
    vantage = Vantage(guard=Guard([ALLOWED]), source_address=source, ca_file=str(ca_file))
    try:
        return await look_once(parse_spec(spec.model_dump_json()), vantage)
    finally:
        await vantage.close()


async def test_each_behaviour_is_what_a_worker_sees(tmp_path: Path) -> None:
    weather = Weather()
    ireland, tokyo = "127.1.3.1", "127.1.4.1"
    async with internet(weather, tmp_path) as (port, ca_file):
        for endpoint in (API, CONSOLE):
            assert (await look(endpoint, port, ca_file, ireland)).ok
            for behaviour, reason in (
                (Behaviour.ERROR, "status"),
                (Behaviour.HANG, "timeout"),
                (Behaviour.RESET, "reset"),
                (Behaviour.CLOSE, "reset"),
                (Behaviour.SLOW, "timeout"),
            ):
                weather.set(behaviour, [endpoint], ["eu-west"])
                seen = await look(endpoint, port, ca_file, ireland)
                assert not seen.ok
                assert seen.reason in (reason, "protocol"), (behaviour, seen)
                assert seen.blame in ("target", "path")
            assert (await look(endpoint, port, ca_file, tokyo)).ok
            weather.set(Behaviour.FINE, [endpoint])
            assert (await look(endpoint, port, ca_file, ireland)).ok
        pending = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        assert len(pending) < 20


def test_its_configuration_is_valid(tmp_path: Path) -> None:
    import yaml

    path = tmp_path / "outscope.yaml"
    path.write_text(yaml.safe_dump(configuration(8443, speed=1)))
    topology = load_configuration(
        path, {name: kind.params for name, kind in KINDS.items()}
    ).topology
    assert [region.id for region in topology.regions] == [spot.id for spot in SPOTS]
    assert {check.interval_ms for check in topology.checks} == {2000}
