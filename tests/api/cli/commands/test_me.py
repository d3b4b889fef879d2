"""`outscope me` against a real API process and a small internet: whose trouble it is, also where
the fleet, the internet or the service is missing.
"""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from api.cli.app import app
from api.demo.internet import internet
from api.demo.weather import Behaviour, Weather
from api.demo.world import ALLOWED, REFERENCE, Endpoint, configuration, endpoints_of
from api.supervisor.claim import free_port
from coordinator.store import open_store
from tests.api import seeds
from tests.api.process import ApiProcess
from worker.contract.clock import now

pytestmark = pytest.mark.slow
HERE = [""]
"""How the weather calls whoever is no worker."""
NEAR = ("eu-west", "us-east", "sa-east")


class Internet:
    """The demo's servers in a thread, all well at first."""

    def __init__(self, folder: Path) -> None:
        self.weather = Weather()
        self.port, self.ca_file = 0, Path()
        self._ready, self._folder = threading.Event(), folder
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._run()))
        self._thread.start()
        assert self._ready.wait(60)

    async def _run(self) -> None:
        self._over = asyncio.Event()
        async with internet(self.weather, self._folder) as (self.port, self.ca_file):
            self._ready.set()
            await self._over.wait()

    def fails(self, *services: str) -> None:
        """From now on these fail for this machine, and all others are well."""
        self.weather.set(Behaviour.FINE, [*endpoints_of("aster"), *endpoints_of(REFERENCE)], HERE)
        for service in services:
            self.weather.set(Behaviour.ERROR, endpoints_of(service), HERE)

    def stop(self) -> None:
        """Returns when it is gone."""
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(60)
        self._loop.close()


class World:
    """An internet, a store whose judge looks at it, and the API on that store as a process."""

    def __init__(self, folder: Path) -> None:
        self.internet = Internet(folder)
        self.database = f"sqlite://{folder / 'outscope.db'}"
        asyncio.run(self._write({}))
        self.port = free_port("127.0.0.1")
        self.api = ApiProcess(self.database, self.port, folder / "api.log")

    def run(self, *arguments: str, url: str = "") -> Result:
        """The command, in this process."""
        env = {
            "OUTSCOPE_URL": url or f"http://127.0.0.1:{self.port}",
            "OUTSCOPE_ALLOW_ADDRESSES": ALLOWED,
            "OUTSCOPE_CA_FILE": str(self.internet.ca_file),
            "COLUMNS": "160",
        }
        return CliRunner().invoke(app, ["me", *arguments], env=env)

    def asked(self, **disruption: Any) -> dict[str, Any]:
        """What it says for programs, of Claude from Ireland, while the judge says this."""
        asyncio.run(self._write(disruption))
        done = self.run("claude", "--region", "eu-west", "--json")
        assert done.exit_code == 0, done.output
        found: dict[str, Any] = json.loads(done.stdout)
        assert sum(found["chances"].values()) == pytest.approx(1, abs=0.001)
        return found

    async def _write(self, disruption: dict[str, Any]) -> None:
        async with open_store(self.database) as store:
            if not await store.configurations.version():
                await store.configurations.save(self._document(), now())
            verdict = seeds.verdict("claude", now(), **disruption)
            await seeds.judged(store, now(), verdict, seeds.verdict("openai", now()))

    def _document(self) -> dict[str, Any]:
        document = seeds.configuration()
        claude, _, references = document["services"]
        for part, endpoint in zip(claude["components"], endpoints_of("aster"), strict=True):
            part["checks"] = [self._look(part["checks"][0], endpoint)]
        claude["components"][0]["checks"][0]["params"]["headers"] = {"x-api-key": "hunter2"}
        check = references["components"][0]["checks"][0]
        references["components"] = [
            {"id": one.component, "name": one.name, "checks": [self._look(check, one)]}
            for one in endpoints_of(REFERENCE)
        ]
        return document

    def _look(self, check: dict[str, Any], endpoint: Endpoint) -> dict[str, Any]:
        url = f"{endpoint.scheme}://{endpoint.address}:{self.internet.port}/"
        name = check["id"] if endpoint.service != REFERENCE else f"ref-{endpoint.component}"
        return {**check, "id": name, "kind": "http", "params": {"url": url}}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One world for all tests of this file; each says what fails in it."""
    made = World(tmp_path_factory.mktemp("me"))
    yield made
    made.api.stop()
    made.internet.stop()


def test_when_all_is_well_it_is_nobodys(world: World) -> None:
    world.internet.fails()
    found = world.asked()
    assert found["whose"] == "nobody"
    assert (found["seen"]["failed"], found["seen"]["references"]) == (0, 4)


def test_what_fails_here_alone_is_the_machine_or_its_network(world: World) -> None:
    world.internet.fails("aster")
    found = world.asked()
    assert found["whose"] == "here"
    assert found["sentence"] == "your machine or your network; well in 3 of 3 regions near you"
    assert found["seen"]["failed"] == found["seen"]["looks"] == 6, "what failed is looked at again"


def test_where_references_fail_too_it_is_said_kindly(world: World) -> None:
    world.internet.fails("aster", REFERENCE)
    found = world.asked()
    assert found["chances"]["machine"] + found["chances"]["network"] > 0.9
    said = world.run("claude", "--region", "eu-west")
    assert said.exit_code == 0
    assert "this machine is most likely offline" in said.stdout
    assert "your network" in said.stdout


def test_what_fails_near_and_what_fails_everywhere_are_told_apart(world: World) -> None:
    world.internet.fails("aster")
    parts = list(seeds.SERVICES["claude"][1])
    region = world.asked(scope="regional", severity="outage", regions=NEAR, components=parts)
    assert region["whose"] == "region"
    assert region["sentence"] == "your region (3 of 3 regions near you)"
    everybody = world.asked(
        scope="system_wide", severity="outage", regions=list(seeds.REGIONS), components=parts
    )
    assert everybody["whose"] == "everybody"


def test_a_check_with_a_key_is_only_reached_and_its_key_is_never_told(world: World) -> None:
    world.internet.fails()
    found = world.asked()
    assert "hunter2" not in json.dumps(found)
    reached = {one["check"]: one["reaches_only"] for one in found["looks"]}
    assert reached == {"claude-api": True, "claude-web": False, "claude-console": False}
    said = world.run("claude").stdout
    assert "Only reached, for a whole look needs what is not told: claude-api" in said


def test_a_service_that_is_not_known_is_told_with_those_that_are(world: World) -> None:
    said = world.run("cloude")
    assert said.exit_code == 1
    assert "did you mean `claude`?" in said.output
    assert "There is claude, openai." in said.output
    assert world.run("claude", "--region", "nowhere").exit_code == 1


def test_without_the_fleet_it_tells_what_it_saw_and_cannot_tell(
    world: World, tmp_path: Path
) -> None:
    own = tmp_path / "outscope.yaml"
    own.write_text(yaml.safe_dump(configuration(world.internet.port, 1.0)))
    nobody = f"http://127.0.0.1:{free_port('127.0.0.1')}"
    world.internet.fails("aster")
    said = world.run("aster", "--config", str(own), url=nobody)
    assert said.exit_code == 3
    assert "Aster: cannot tell; nobody else could be asked" in said.stdout
    assert "6 of 6 looks at it failed, 0 of 4 at references" in said.stdout
    assert "No answer from" in said.stdout
    unknown = world.run("claude", "--config", str(own), url=nobody)
    assert unknown.exit_code == 1
    assert "There is aster, bramble, cinder." in unknown.output


def test_the_program_itself_says_so(world: World) -> None:
    world.internet.fails()
    asyncio.run(world._write({}))
    command = [sys.executable, "-m", "api.cli", "me", "claude"]
    done = subprocess.run(
        [*command, "--url", f"http://127.0.0.1:{world.port}", "--allow", ALLOWED],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Claude: ")
    assert done.stderr == ""
