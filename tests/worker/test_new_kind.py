"""A kind that nobody has heard of, with a parameter called `peer`, is under every rule that the
others are under: by what it says of itself, through the worker's own door.
"""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.cli.target import check_of
from coordinator.configuration import Configuration, ConfigurationError, load_configuration
from coordinator.domain.schedule.rate_limit import LEAST_PER_HOST_AT_ONCE, RateLimit
from tests.faults.coordinator import check, until
from tests.faults.target import Target as Server
from worker.agent import Agent
from worker.contract.clock import now
from worker.contract.kind import Kind
from worker.contract.listed import Listed
from worker.probes import kinds
from worker.probes.run import Vantage
from worker.targets.guard import Guard
from worker.targets.policy import read_policy

TOY = '''\
"""A peer answers a greeting. It asks nothing of the guard but a connection."""

from contextlib import closing

from worker.contract.kind import CheckParams, Kind
from worker.contract.listed import Listed
from worker.contract.outcome import Outcome, Reason, failure, success
from worker.contract.target import Target
from worker.probes.network.connection import connect
from worker.probes.network.stream import Stream


class ToyParams(CheckParams):
    """Whom to greet."""

    schemes = ("toy",)
    peer: str
    door: int

    def targets(self) -> tuple[Target, ...]:
        return (Target("toy", self.peer, self.door), Target("http", self.peer, self.door))

    @classmethod
    def from_url(cls, url):
        peer, _, door = url.removeprefix("toy://").partition(":")
        return {"peer": peer, "door": door}


async def run(params: ToyParams, look) -> Outcome:
    connected = await connect(params.peer, params.door, look)
    if isinstance(connected, Outcome):
        return connected
    with closing(Stream(connected.sock, look)) as stream:
        await stream.send(b"GET /toy HTTP/1.1\\r\\n\\r\\n")
        answer = await stream.receive()
    limited = b" 429 " in answer
    return failure(Reason.RATE_LIMITED, "slower, please") if limited else success()


KIND = Kind("toy", ToyParams, run)
'''
LOOPBACK = ["127.0.0.0/8", "::1"]

Rows = list[list[Any]]
Look = Callable[..., Rows]


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kind[Any]]:
    """The new kind, found in a folder as the registry finds all kinds."""
    (tmp_path / "toy.py").write_text(TOY)
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(tmp_path)])
    known: Listed[Kind[Any]] = Listed(kinds.__name__, kinds.__path__, "KIND")
    for place in ("worker.probes.kinds.KINDS", "worker.probes.run.KINDS"):
        monkeypatch.setattr(place, known)
    yield known["toy"]
    del sys.modules["worker.probes.kinds.toy"]


@pytest.fixture
def look(toy: Kind[Any]) -> Iterator[Look]:
    """Has an agent with this guard look at a server, order after order; gives the rows."""
    agents: list[Agent] = []

    def made(guard: Guard, *specs: str) -> Rows:
        rows: Rows = []
        agent = Agent(Vantage(guard=guard), lambda kept, _: rows.extend(map(json.loads, kept)))
        agent.start()
        agents.append(agent)
        for count, spec in enumerate(specs, start=1):
            order = {"v": 1, "order": "o", "region": "r", "issued_at": now(), "checks": [spec]}
            agent.take({**order, "looks": [[0, count, 0, now()]]})
            until(lambda count=count: len(rows) == count)
        return rows

    yield made
    for agent in agents:
        agent.drain(1)


def at(server: Server, peer: str = "localhost") -> str:
    return check("greeting", "toy", peer=peer, door=server.port)


def configured(folder: Path, toy: Kind[Any], *peers: str, interval: str) -> Configuration:
    """A configuration with a check of the new kind for each peer, looked at from one region."""
    times = {"kind": "toy", "interval": interval, "timeout": interval}
    checks = [
        {"id": f"c{number}", "peer": peer, "door": 80, **times} for number, peer in enumerate(peers)
    ]
    region = {"id": "r", "country": "IE", "continent": "EU", "latitude": 1, "longitude": 1}
    services = [{"id": "s", "components": [{"id": "c", "checks": checks}]}]
    path = folder / "outscope.yaml"
    path.write_text(json.dumps({"regions": [region], "services": services}))
    return load_configuration(path, {"toy": toy.params})


def test_it_looks_when_nothing_is_against_it(look: Look) -> None:
    with Server() as server:
        rows = look(Guard(LOOPBACK), at(server))
        assert server.requests == 1
    assert rows[0][6] == "ok"


@pytest.mark.parametrize(
    ("guard", "setting"),
    [
        (Guard(), "OUTSCOPE_ALLOW_ADDRESSES"),
        (Guard(LOOPBACK, read_policy(never="localhost")), "OUTSCOPE_NEVER_PROBE"),
        (Guard(LOOPBACK, read_policy(never="127.0.0.1,::1")), "OUTSCOPE_NEVER_PROBE"),
        (Guard(LOOPBACK, read_policy(schemes="https,http")), "OUTSCOPE_SCHEMES"),
        (Guard(LOOPBACK, read_policy(ports="1-79")), "OUTSCOPE_PORTS"),
    ],
)
def test_whom_the_operator_rules_out_it_does_not_ask(
    look: Look, guard: Guard, setting: str
) -> None:
    with Server() as server:
        rows = look(guard, at(server))
        assert server.requests == 0
    assert rows[0][6:8] == ["blocked", "prober"]
    assert setting in json.dumps(rows)


def test_it_leaves_alone_who_said_429_to_it_or_to_another_kind(look: Look) -> None:
    with Server(limited_s=60) as server:
        web = check("web", "http", url=f"http://localhost:{server.port}/")
        for first, then in ((at(server), web), (web, at(server)), (at(server), at(server))):
            before = server.requests
            rows = look(Guard(LOOPBACK), first, then)
            assert server.requests == before + 1
            assert [row[6] for row in rows] == ["rate_limited", "rate_limited"]
            assert rows[1][16]["asked"] is False


def test_its_looks_add_up_to_what_one_host_may_be_asked(toy: Kind[Any], tmp_path: Path) -> None:
    often = "100ms"
    configured(tmp_path, toy, "a.example", "b.example", interval=often)
    with pytest.raises(ConfigurationError, match=r"a\.example would get 20 looks a second from 2"):
        configured(tmp_path, toy, "a.example", "A.example.", interval=often)


def test_its_extra_looks_are_limited_by_host(toy: Kind[Any], tmp_path: Path) -> None:
    topology = configured(tmp_path, toy, "a.example", "a.example", interval="30s").topology
    limit = RateLimit(topology)
    allowed = sum(limit.allows(topology.checks[turn % 2], 0.0) for turn in range(1000))
    assert allowed == LEAST_PER_HOST_AT_ONCE


def test_the_command_line_takes_its_addresses(toy: Kind[Any]) -> None:
    assert check_of("toy://a.example:7") == ("toy", {"peer": "a.example", "door": "7"})
