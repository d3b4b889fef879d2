"""Whose certificates are believed."""

from pathlib import Path

import pytest
import trustme

from worker.probes.look.trust import Trust
from worker.probes.run import Vantage
from worker.targets.guard import Guard


def test_added_authorities_come_on_top_of_the_systems(ca_file: str, authority: trustme.CA) -> None:
    system, merged = Trust(), Trust(ca_file)

    text = Path(merged.file).read_bytes()
    assert authority.cert_pem.bytes() in text
    if system.file:
        assert Path(system.file).read_bytes() in text
    merged.close()
    assert not Path(merged.file).exists()


def test_a_file_that_is_missing_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"gone\.pem"):
        Vantage(guard=Guard(), ca_file=str(tmp_path / "gone.pem"))


@pytest.mark.parametrize("content", [b"", b"no certificate", b"\xff\xfe"])
def test_a_file_without_certificates_stops_the_start(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "wrong.pem"
    path.write_bytes(content)

    with pytest.raises(ValueError, match=r"wrong\.pem"):
        Trust(str(path))
