"""Every kind says whom it asks, asks nobody else, and all that operators forbid or limit goes by
it.
"""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from coordinator.configuration import ConfigurationError, load_configuration
from tests.faults.coordinator import check, until
from tests.faults.target import Target as LimitedServer
from tests.worker.probes.samples import sample_of
from worker.agent import Agent
from worker.contract.clock import now
from worker.contract.kind import Kind
from worker.contract.outcome import Blame, Outcome, Reason
from worker.contract.target import Target, hosts_named
from worker.probes.kinds import KINDS
from worker.probes.kinds.icmp import available
from worker.probes.names.resolver import Found, Resolver
from worker.probes.run import Vantage
from worker.targets.guard import Guard
from worker.targets.policy import read_policy

LookAt = Callable[..., Awaitable[Outcome]]
Vantages = Callable[..., Vantage]
PORT = 4321
HERE = "localhost"

pytestmark = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


class Noting(Resolver):
    """A resolver that notes who was looked for."""

    def __init__(self) -> None:
        super().__init__()
        self.hosts: list[str] = []

    async def find(self, host: str, *rest: Any) -> Found:
        self.hosts.append(host)
        return await super().find(host, *rest)


def aimed(kind: Kind[Any], host: str, port: int = PORT) -> dict[str, Any]:
    """The parameters of the kind's sample, with another host in them."""
    text = json.dumps(sample_of(kind).aim(port))
    return dict(json.loads(text.replace("127.0.0.1", host)))


def asked(kind: Kind[Any], params: dict[str, Any]) -> tuple[Target, ...]:
    targets: tuple[Target, ...] = kind.params.model_validate(params).targets()
    return targets


def test_it_names_the_host_and_the_port_that_its_parameters_do(kind: Kind[Any]) -> None:
    targets = asked(kind, aimed(kind, "peer.example"))

    assert {target.host for target in targets} == {"peer.example"}
    ports = {target.port for target in targets}
    assert ports == ({None} if sample_of(kind).hears == "host" else {PORT})


def test_who_knows_no_kinds_finds_the_same_host_in_what_is_written(kind: Kind[Any]) -> None:
    for host in ("peer.example", "192.0.2.7"):
        params = aimed(kind, host)
        written = kind.params.model_validate(params).model_dump(mode="json", exclude_unset=True)
        assert {target.host for target in asked(kind, params)} <= hosts_named(written)


async def test_it_asks_those_whom_it_names_and_nobody_else(
    kind: Kind[Any], look_at: LookAt, vantages: Vantages, closed_port: int
) -> None:
    if kind.name == "icmp" and (obstacle := available()) is not None:
        pytest.skip(obstacle)
    params, resolver = aimed(kind, HERE, closed_port), Noting()

    await look_at(kind.name, vantage=vantages(resolver=resolver), timeout_ms=500, **params)

    assert set(resolver.hosts) == {target.host for target in asked(kind, params)} == {HERE}


@pytest.mark.parametrize(
    ("setting", "policy"),
    [
        ("OUTSCOPE_NEVER_PROBE", {"never": HERE}),
        ("OUTSCOPE_SCHEMES", {"schemes": "gopher"}),
        ("OUTSCOPE_PORTS", {"ports": str(PORT + 1)}),
    ],
)
async def test_whom_the_policy_rules_out_is_not_even_looked_for(
    kind: Kind[Any], look_at: LookAt, vantages: Vantages, setting: str, policy: dict[str, str]
) -> None:
    params, resolver = aimed(kind, HERE), Noting()
    if setting == "OUTSCOPE_PORTS" and all(target.port is None for target in asked(kind, params)):
        pytest.skip("it asks at no port")
    guard = Guard(["127.0.0.0/8", "::1"], read_policy(**policy))

    outcome = await look_at(kind.name, vantage=vantages(guard=guard, resolver=resolver), **params)

    assert (outcome.reason, outcome.blame) == (Reason.BLOCKED, Blame.PROBER)
    assert setting in outcome.detail
    assert resolver.hosts == []


def test_a_host_that_said_429_gets_no_web_request_of_it(kind: Kind[Any]) -> None:
    if not any(target.is_web for target in asked(kind, aimed(kind, "127.0.0.1"))):
        pytest.skip("it makes no web requests")
    rows: list[list[Any]] = []
    agent = Agent(
        Vantage(guard=Guard(["127.0.0.0/8"])),
        lambda kept, _: rows.extend(json.loads(row) for row in kept),
    )
    agent.start()
    with LimitedServer(limited_s=60) as server:
        for spec in (
            check("first", "http", url=server.url),
            check("then", kind.name, **aimed(kind, "127.0.0.1", server.port)),
        ):
            order = {"v": 1, "order": "o", "region": "r", "issued_at": now(), "checks": [spec]}
            agent.take({**order, "looks": [[0, 1, 0, now()]]})
            made = len(rows)
            until(lambda made=made: len(rows) > made)
        assert server.requests == 1
    agent.drain(5)
    assert (rows[1][6], rows[1][16]["asked"]) == ("rate_limited", False)


def test_its_looks_count_at_the_host_that_must_not_be_asked_too_often(
    kind: Kind[Any], tmp_path: Path
) -> None:
    entry = {"id": "c", "kind": kind.name, "interval": "100ms", "timeout": "100ms"}
    region = {"id": "r", "country": "IE", "continent": "EU", "latitude": 1, "longitude": 1}
    component = {"id": "c", "checks": [{**entry, **aimed(kind, "peer.example")}]}
    document = {
        "regions": [region],
        "services": [{"id": "s", "components": [component]}],
        "politeness": {"looks_per_s": 5},
    }
    path = tmp_path / "outscope.yaml"
    path.write_text(json.dumps(document))

    with pytest.raises(ConfigurationError, match=r"peer\.example would get 10 looks a second"):
        load_configuration(path, {kind.name: kind.params})


def test_an_address_of_its_schemes_means_a_check_that_asks_whom_the_address_names(
    kind: Kind[Any],
) -> None:
    others = [other.params.schemes for name, other in KINDS.items() if name != kind.name]
    for scheme in kind.params.schemes:
        assert not any(scheme in theirs for theirs in others)
        url = f"{scheme}://peer.example:{PORT}/x.example"
        target = asked(kind, kind.params.from_url(url))[0]
        assert (target.scheme, target.host) == (scheme, "peer.example")
        assert target.port in (PORT, None)
