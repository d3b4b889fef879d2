"""What makes the faults does so, where this machine lets it."""

import errno
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.machine import disk, line, memory
from tests.chaos.machine.disk import Disk
from tests.chaos.machine.here import HOST, PORT
from tests.chaos.machine.line import VethLine
from tests.faults.broker import Broker

pytestmark = pytest.mark.slow
PIECE = 64 << 10
ASK = "import socket, sys; sys.exit(0 if socket.getaddrinfo(sys.argv[1], 1) else 1)"


@pytest.fixture
def veth(valkey: Broker) -> Iterator[VethLine]:
    if not line.has_packets():
        pytest.skip("no namespaces, or no nft")
    found = VethLine(9, valkey.port, netem=line.has_netem())
    try:
        found.open()
        yield found
    finally:
        found.close()


def reached(veth: VethLine, within_s: float) -> bool:
    """Whether the broker answers from there."""
    host, port = veth.url.removeprefix("redis://").removesuffix("/0").split(":")
    with veth._there.inside(), socket.socket() as link:
        link.settimeout(within_s)
        try:
            link.connect((host, int(port)))
            link.sendall(b"PING\r\n")
            return link.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def test_packets_are_lost_late_and_back(veth: VethLine) -> None:
    assert reached(veth, 30)
    veth.drop()
    assert not reached(veth, 0.5)
    veth.heal()
    veth.delay(0.3)
    begun_s = time.monotonic()
    assert reached(veth, 30)
    assert time.monotonic() - begun_s >= 0.6
    veth.delay(0.0)
    veth.drop(0.3)
    assert 0.3 < _lost(veth, 100) < 0.7  # 30 % each way: half of it comes back
    veth.heal()
    assert reached(veth, 30)


def _lost(veth: VethLine, times: int) -> float:
    """The share of datagrams to the near end and back that did not come back."""
    near = veth.url.removeprefix("redis://").split(":")[0]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((near, 0))
        server.settimeout(0.1)
        with veth._there.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect(server.getsockname())
            client.settimeout(0.1)
            back = sum(_came_back(client, server) for _ in range(times))
    return 1 - back / times


def _came_back(client: socket.socket, server: socket.socket) -> bool:
    try:
        client.send(b"?")
        told, whom = server.recvfrom(16)
        server.sendto(told, whom)
        return client.recv(16) == b"?"
    except OSError:  # a lost one, or one that nft refused to let out
        return False


def test_names_are_known_and_unknown(veth: VethLine) -> None:
    def knows() -> bool:
        command = [*veth.place, sys.executable, "-c", ASK, HOST]
        return subprocess.run(command, capture_output=True).returncode == 0

    names = veth.names
    assert names is not None
    assert knows()
    for how in ("failing", "silent"):
        setattr(names, how, True)
        assert not knows()
        setattr(names, how, False)
    assert knows()
    with veth._there.inside():
        socket.create_connection(("127.0.0.1", PORT), timeout=30).close()


def test_a_disk_is_full_slow_and_well(tmp_path: Path) -> None:
    if not disk.possible():
        pytest.skip("nothing can be mounted here")
    with Disk(tmp_path, 16) as one:
        file = one.path / "file"
        one.fill()
        with pytest.raises(OSError, match="No space") as told:
            file.write_bytes(b"x" * PIECE)
        assert told.value.errno == errno.ENOSPC
        one.free()
        if disk.can_be_slow():
            one.slow(PIECE)
            assert _written_s(file) >= 1.0
            one.fast()
        _written_s(file)


def _written_s(file: Path) -> float:
    begun_s = time.monotonic()
    command = ["dd", "if=/dev/zero", f"of={file}", "bs=64k", "count=3", "conv=fsync"]
    subprocess.run(command, check=True, capture_output=True)
    return time.monotonic() - begun_s


def test_a_process_ends_for_want_of_memory_and_nothing_else_does() -> None:
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    one, other = subprocess.Popen(command), subprocess.Popen(command)
    try:
        by_kernel = memory.kill(one.pid)
        assert one.wait(60) == -9
        assert by_kernel == memory.by_kernel()
        assert other.poll() is None
    finally:
        for process in (one, other):
            process.kill()
            process.wait()
