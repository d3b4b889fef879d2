"""The icmp kind: this machine's own echoes, and systems that do not allow it, in network namespaces
of their own.
"""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.worker.probes.conftest import LookAt
from tests.worker.probes.kinds.test_tcp import finding
from worker.contract.outcome import Blame, Reason
from worker.probes.kinds.icmp import available
from worker.probes.kinds.icmp.packet import checksum, reply, request
from worker.probes.kinds.icmp.socket import echo_socket
from worker.probes.names.resolver import literal
from worker.probes.run import Look, Vantage
from worker.targets.guard import Guard

Vantages = Callable[..., Vantage]
allowed = pytest.mark.skipif(
    available() is not None, reason="this system does not allow echo requests"
)
namespaces = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None or shutil.which("setpriv") is None,
    reason="needs root, unshare and setpriv to make a system with other rights",
)
LOOK = """
import asyncio, json, pathlib
from worker.targets.guard import Guard
from worker.probes.kinds.icmp import available
from worker.probes.run import Vantage, look_once, parse_spec
async def look(host, during=None, **more):
    params = {"host": host, "count": 4, "interval_ms": 50, "patience_ms": 300, **more}
    spec = {"id": "x", "kind": "icmp", "interval_ms": 1000, "timeout_ms": 1000, "params": params}
    task = asyncio.create_task(look_once(parse_spec(json.dumps(spec)), vantage))
    await asyncio.sleep(0.075)
    if during:
        during()
    outcome = await task
    said = [outcome.ok, outcome.reason, outcome.blame, outcome.detail, dict(outcome.extra)]
    print(json.dumps(said))
def fall_silent():
    pathlib.Path("/proc/sys/net/ipv4/icmp_echo_ignore_all").write_text("1")
async def main():
    global vantage
    vantage = Vantage(guard=Guard(["127.0.0.0/8", "::1/128", "192.0.2.0/24"]))
    LOOKS
    await vantage.close()
print(json.dumps(available()))
asyncio.run(main())
"""
EVERYONE = "sysctl -qw net.ipv4.ping_group_range='0 2147483647'"
WITHOUT_RIGHTS = "--bounding-set=-net_raw --inh-caps=-net_raw"
WITH_RIGHTS = "--bounding-set=+all"


def in_a_system(setup: str, rights: str, *looks: str) -> list[Any]:
    """What a worker of another system would say: its own network, set up like this, with these
    rights.
    """
    source = LOOK.replace("LOOKS", "; ".join(f"await look({look})" for look in looks))
    script = f'ip link set lo up; {setup}; exec setpriv {rights} {sys.executable} -c "$SOURCE"'
    told = subprocess.run(
        ["unshare", "--net", "sh", "-c", script],
        env={**os.environ, "SOURCE": source},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert told.returncode == 0, told.stderr
    return [json.loads(line) for line in told.stdout.splitlines()]


@allowed
@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
async def test_this_machine_answers(look_at: LookAt, host: str) -> None:
    outcome = await look_at("icmp", host=host, count=3, interval_ms=10)

    assert outcome.ok, outcome
    assert (outcome.extra["sent"], outcome.extra["received"], outcome.extra["loss_percent"]) == (
        3,
        3,
        0,
    )
    assert (
        0
        <= outcome.extra["rtt_min_ms"]
        <= outcome.extra["rtt_avg_ms"]
        <= outcome.extra["rtt_max_ms"]
        < 20
    )
    assert outcome.extra["jitter_ms"] >= 0
    assert outcome.total_ms == pytest.approx(
        (outcome.dns_ms or 0) + (outcome.ttfb_ms or 0), abs=0.01
    )


@allowed
async def test_many_looks_at_once_hear_each_their_own_answers(look_at: LookAt) -> None:
    outcomes = await asyncio.gather(
        *(look_at("icmp", host=f"127.0.0.{1 + n % 3}", count=2, interval_ms=10) for n in range(30))
    )

    assert {(outcome.ok, outcome.extra["received"]) for outcome in outcomes} == {(True, 2)}


@allowed
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_a_socket_hears_the_answers_to_its_own_requests_only(
    vantages: Vantages, host: str
) -> None:
    endpoint = literal(host, 0)
    assert endpoint is not None
    ours, theirs = (echo_socket(endpoint, Look(vantages(), 1000)) for _ in range(2))

    ours.sock.send(request(ours.version, ours.number, 0, bytes(8)))

    assert reply(ours.version, await heard_by(ours.sock), below_ip=ours.below_ip) == (0, bytes(8))
    with pytest.raises(BlockingIOError):
        theirs.sock.recv(1)
    ours.sock.close()
    theirs.sock.close()


async def heard_by(sock: socket.socket) -> bytes:
    async with asyncio.timeout(2):
        return await asyncio.get_running_loop().sock_recv(sock, 2048)


@allowed
@pytest.mark.parametrize(
    ("params", "words"),
    [({"slow_ms": 0.000_001}, "the round trip took"), ({"max_jitter_ms": 1e-9}, "the jitter is")],
)
async def test_an_answer_may_be_too_slow_or_too_unsteady(
    look_at: LookAt, params: dict[str, float], words: str
) -> None:
    outcome = await look_at("icmp", host="127.0.0.1", count=5, interval_ms=10, **params)

    assert outcome.reason is Reason.SLOW
    assert words in outcome.detail


@allowed
async def test_the_source_address_is_used_and_of_another_family_passed_over(
    look_at: LookAt, vantages: Vantages
) -> None:
    for source in ("127.1.2.3", "::1"):
        vantage = vantages(source_address=source)
        assert (await look_at("icmp", vantage=vantage, host="127.0.0.1", count=1)).ok


@allowed
async def test_only_addresses_that_are_allowed_are_asked(
    look_at: LookAt, vantages: Vantages
) -> None:
    vantage = vantages(resolver=finding("127.0.0.3", "127.0.0.2"), guard=Guard(["127.0.0.2/32"]))
    assert (await look_at("icmp", vantage=vantage, host="x", count=1)).ip == "127.0.0.2"

    outcome = await look_at("icmp", vantage=vantages(guard=Guard()), host="127.0.0.1")
    assert (outcome.reason, outcome.blame) == (Reason.BLOCKED, Blame.PROBER)


@namespaces
@pytest.mark.slow
def test_where_groups_may_ping_no_privilege_is_needed() -> None:
    said, over_4, over_6 = in_a_system(EVERYONE, WITHOUT_RIGHTS, "'127.0.0.1'", "'::1'")

    assert said is None
    assert over_4[0], over_4
    assert over_6[0], over_6


@namespaces
@pytest.mark.slow
def test_where_nothing_is_allowed_that_is_said_and_counts_against_nobody() -> None:
    said, look = in_a_system("true", WITHOUT_RIGHTS, "'127.0.0.1'")

    assert "ping_group_range" in said
    assert look[:3] == [False, "internal", "prober"]
    assert "NET_RAW" in look[3]


@namespaces
@pytest.mark.slow
@pytest.mark.parametrize(
    ("setup", "rights"), [("true", WITH_RIGHTS), (EVERYONE, WITHOUT_RIGHTS)], ids=["raw", "group"]
)
def test_lost_packets_are_counted_and_judged(setup: str, rights: str) -> None:
    _, half, judged, silent, nowhere = in_a_system(
        setup,
        rights,
        "'127.0.0.1', fall_silent",
        "'127.0.0.1', lambda:"
        " pathlib.Path('/proc/sys/net/ipv4/icmp_echo_ignore_all').write_text('0'), max_loss=25",
        "'127.0.0.1', fall_silent(), count=2",
        "'192.0.2.1'",
    )

    assert half[0], half
    assert (half[4]["sent"], half[4]["received"], half[4]["loss_percent"]) == (4, 2, 50)
    assert judged[:3] == [False, "timeout", "path"]
    assert judged[3] == "50 % of the requests stayed without an answer"
    assert silent[:4] == [False, "timeout", "path", "no echo request was answered"]
    assert nowhere[:3] == [False, "unreachable", "path"]


@pytest.mark.parametrize("version", [4, 6])
def test_packets_are_read_as_they_are_written(version: int) -> None:
    asked = request(version, 7, 3, b"token" + bytes(11))  # type: ignore[arg-type]
    kind = b"\x00" if version == 4 else b"\x81"

    heard = reply(version, kind + asked[1:], below_ip=True)  # type: ignore[arg-type]

    assert heard == (3, b"token" + bytes(11))
    assert reply(version, asked, below_ip=True) is None  # type: ignore[arg-type]
    assert reply(version, b"", below_ip=False) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"", 0xFFFF), (b"\x00\x01\xf2\x03\xf4\xf5\xf6\xf7", 0x220D), (b"\x01", 0xFEFF)],
)
def test_the_checksum_is_that_of_rfc_1071(data: bytes, expected: int) -> None:
    assert checksum(data) == expected
