"""The machine's own name servers."""

from pathlib import Path

from tests.worker.probes.name_server import ROOT, name_server
from worker.probes.names.nameservers import knows_the_root, system_nameservers


def test_they_are_read_as_the_system_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "resolv.conf"
    file.write_text(
        "# by hand\nsearch x.test\nnameserver 192.0.2.1\n nameserver "
        " fe80::1%eth0\nnameserver\nnameserver x\n"
    )

    assert system_nameservers(file) == [("192.0.2.1", 53), ("fe80::1%eth0", 53)]
    assert system_nameservers(tmp_path / "none") == []


async def test_only_a_server_that_knows_the_root_is_believed(closed_port: int) -> None:
    async with name_server() as server:
        assert not await knows_the_root([("127.0.0.1", server.port)])
        server.records = ROOT
        assert await knows_the_root([("127.0.0.1", closed_port), ("127.0.0.1", server.port)])
        server.garbage = True
        assert not await knows_the_root([("127.0.0.1", server.port)])
    assert not await knows_the_root([])
