"""Every kind looks over IPv6, too, at an address as well as by a name."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Any

import pytest
from websockets.asyncio.server import serve

from tests.worker.probes.conftest import Listen, LookAt, silence
from tests.worker.probes.kinds.test_grpc import serving
from tests.worker.probes.kinds.test_udp import Server
from tests.worker.probes.name_server import RECORDS, NameServer
from worker.contract.outcome import Blame, Reason
from worker.probes.names.resolver import Resolver
from worker.probes.run import Vantage


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::1", 0))
    except OSError:
        return False
    return True


Vantages = Callable[..., Vantage]
Certified = Callable[..., ssl.SSLContext]
pytestmark = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


@pytest.mark.parametrize("kind", ["tcp", "tls"])
async def test_connections(
    listen: Listen,
    look_at: LookAt,
    vantages: Vantages,
    certified: Certified,
    ca_file: str,
    kind: str,
) -> None:
    server = await listen(silence, host="::1", ssl=certified("::1") if kind == "tls" else None)

    outcome = await look_at(kind, vantage=vantages(ca_file=ca_file), host="::1", port=server.port)

    assert (outcome.ok, outcome.ip) == (True, "::1"), outcome


@pytest.mark.parametrize("kind", ["udp", "dns"])
async def test_datagrams(look_at: LookAt, kind: str) -> None:
    server: Any = Server() if kind == "udp" else NameServer(RECORDS)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: server, ("::1", 0)
    )
    port = transport.get_extra_info("sockname")[1]
    params = {"host": "::1"} if kind == "udp" else {"server": "::1", "name": "well.test"}

    outcome = await look_at(kind, port=port, **params)
    transport.close()

    assert (outcome.ok, outcome.ip) == (True, "::1"), outcome


async def test_dns_over_https(
    listen: Listen, look_at: LookAt, vantages: Vantages, certified: Certified, ca_file: str
) -> None:
    server = await listen(NameServer(RECORDS).serve_https, host="::1", ssl=certified("::1"))
    params = {"server": "::1", "port": server.port, "transport": "https", "name": "well.test"}

    outcome = await look_at("dns", vantage=vantages(ca_file=ca_file), **params)

    assert (outcome.ok, outcome.ip) == (True, "::1"), outcome


async def test_grpc(look_at: LookAt) -> None:
    with serving(host="[::1]") as (port, _, _):
        outcome = await look_at("grpc", host="::1", port=port, tls=False)

    assert (outcome.ok, outcome.ip) == (True, "::1"), outcome


async def test_websocket(
    look_at: LookAt, vantages: Vantages, certified: Certified, ca_file: str
) -> None:
    async with serve(
        lambda connection: connection.wait_closed(), "::1", 0, ssl=certified("::1")
    ) as server:
        url = f"wss://[::1]:{server.sockets[0].getsockname()[1]}/"
        outcome = await look_at("websocket", vantage=vantages(ca_file=ca_file), url=url)

    assert (outcome.ok, outcome.ip) == (True, "::1"), outcome


@pytest.mark.parametrize(("version", "ip"), [("4", "127.0.0.1"), ("6", "::1")])
async def test_a_check_may_choose_the_version(
    listen: Listen, look_at: LookAt, vantages: Vantages, version: str, ip: str
) -> None:
    def lookup(_host: str, port: int, family: int, kind: int) -> list[Any]:
        both = [(socket.AF_INET, ("127.0.0.1", port)), (socket.AF_INET6, ("::1", port, 0, 0))]
        return [
            (found, kind, 6, "", address)
            for found, address in both
            if family in (found, socket.AF_UNSPEC)
        ]

    port, vantage = (await listen(silence, host=ip)).port, vantages(resolver=Resolver(lookup))

    named = await look_at("tcp", vantage=vantage, host="x.test", port=port, ip_version=version)
    other = await look_at(
        "tcp", vantage=vantage, host=ip, port=port, ip_version="6" if version == "4" else "4"
    )

    assert (named.ok, named.ip) == (True, ip), named
    assert (other.reason, other.blame) == (Reason.DNS, Blame.PROBER)
