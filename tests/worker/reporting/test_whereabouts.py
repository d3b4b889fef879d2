"""Which machine a worker is on, without saying so."""

from pathlib import Path

import pytest

from worker.contract.target import address_of, first_public
from worker.reporting.whereabouts import hashed, whereabouts

MACHINE = "0123456789abcdef0123456789abcdef"
BOOT = "11111111-2222-3333-4444-555555555555"


def machine(root: Path, machine_id: str | None = MACHINE, boot: str | None = BOOT) -> Path:
    """A file system with these ids."""
    for name, text in (("etc/machine-id", machine_id), ("proc/sys/kernel/random/boot_id", boot)):
        if text is not None:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(f"{text}\n")
    return root


def test_a_machine_is_told_by_hashes_that_hide_its_ids(tmp_path: Path) -> None:
    told = whereabouts("10.0.0.7", "193.0.0.1", root=machine(tmp_path), environ={})
    assert told.host == hashed("host", MACHINE) != hashed("boot", MACHINE)
    assert told.boot_id == hashed("boot", BOOT)
    assert (told.source, told.outside) == ("10.0.0.7", "193.0.0.1")
    for secret in (MACHINE, BOOT):
        assert secret not in told.model_dump_json()


@pytest.mark.parametrize("sign", [".dockerenv", "run/.containerenv", None])
def test_a_container_goes_by_its_kernels_boot_and_its_name(
    tmp_path: Path, sign: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = machine(tmp_path)
    if sign:
        (root / sign).parent.mkdir(exist_ok=True)
        (root / sign).touch()
    environ = {} if sign else {"container": "podman"}
    monkeypatch.setattr("socket.gethostname", lambda: "one")
    one = whereabouts(None, None, root=root, environ=environ)
    monkeypatch.setattr("socket.gethostname", lambda: "two")
    two = whereabouts(None, None, root=root, environ=environ)
    assert one.host not in (two.host, hashed("host", MACHINE), "")
    assert one.boot_id == two.boot_id


@pytest.mark.parametrize("machine_id", [None, "", "uninitialized"])
def test_a_machine_without_an_id_goes_by_its_boot(tmp_path: Path, machine_id: str | None) -> None:
    told = whereabouts(None, None, root=machine(tmp_path, machine_id), environ={})
    assert told.host
    assert told.host != hashed("host", machine_id or "")


def test_a_machine_that_tells_nothing_is_not_known(tmp_path: Path) -> None:
    told = whereabouts(None, None, root=machine(tmp_path, None, None), environ={})
    assert (told.host, told.boot_id) == ("", "")


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("193.0.0.1:4711", "193.0.0.1"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("2001:db8::7:4711", "2001:db8::7"),
        ("/run/valkey.sock:0", None),
        ("", None),
    ],
)
def test_a_brokers_word_for_a_client_holds_its_address(peer: str, address: str | None) -> None:
    assert address_of(peer) == address


def test_only_public_addresses_are_seen_from_outside() -> None:
    assert (
        first_public(None, "10.0.0.1", "127.0.0.1", "nonsense", "193.0.0.1", "8.8.8.8")
        == "193.0.0.1"
    )
    assert first_public("100.64.0.1", "::1", "fe80::1") is None
