"""How workers see the broker."""

from pathlib import Path

import pytest
import trustme

from coordinator.joining.meeting import Meeting, as_workers_see, authority, public_broker
from coordinator.settings import SettingsError, read_settings

OWN = {"OUTSCOPE_DATABASE": "sqlite:///x.db", "OUTSCOPE_BROKER": "redis://u:hunter2@10.0.0.1/0"}


@pytest.mark.parametrize(
    ("own", "seen"),
    [
        ("rediss://coordinator:pw@b.example:6380/3", "rediss://b.example:6380/3"),
        ("rediss://c:p@b.example/0?ssl_cert_reqs=required", "rediss://b.example/0"),
        ("redis://c:p@127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"),
        ("redis://c:p@localhost/0", "redis://localhost/0"),
        ("redis://c:p@10.0.0.1/0", ""),  # keys would go over the wire in the clear
    ],
)
def test_without_a_setting_workers_see_what_the_coordinator_sees(own: str, seen: str) -> None:
    assert as_workers_see(own, "", None) == (seen, "")


def test_the_authority_holds_certificates_and_no_key(tmp_path: Path) -> None:
    ca = trustme.CA()
    own = ca.issue_cert("localhost")
    both = tmp_path / "both.pem"
    own.private_key_and_cert_chain_pem.write_to_path(str(both))
    told = authority(both)
    assert "BEGIN CERTIFICATE" in told
    assert "PRIVATE" not in told
    named = f"rediss://c:p@b.example/0?ssl_ca_certs={both}"
    assert as_workers_see(named, "", None) == ("rediss://b.example/0", told)
    (tmp_path / "none.pem").write_text("nothing")
    with pytest.raises(ValueError, match="no certificate"):
        authority(tmp_path / "none.pem")


@pytest.mark.parametrize(
    ("public", "said"),
    [
        ("redis://broker.example.com/0", "without TLS"),
        ("rediss://eu-west:hunter2@broker.example.com/0", "a user or a password"),
        ("rediss://broker.example.com/0?ssl_cert_reqs=none", "options"),
        ("https://broker.example.com", "is not a broker URL"),
        ("rediss://broker.example.com/zero", "no number"),
    ],
)
def test_a_wrong_address_stops_the_start_with_a_sentence(public: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as error:
        read_settings({**OWN, "OUTSCOPE_BROKER_PUBLIC": public})
    assert "OUTSCOPE_BROKER_PUBLIC" in str(error.value)
    assert "hunter2" not in str(error.value)


def test_a_missing_authority_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    told = {"OUTSCOPE_BROKER_PUBLIC": "rediss://b.example/0"}
    told["OUTSCOPE_BROKER_CA_FILE"] = str(tmp_path / "missing.pem")
    with pytest.raises(SettingsError, match="OUTSCOPE_BROKER_CA_FILE"):
        read_settings({**OWN, **told})


def test_a_meeting_knows_the_number_and_whether_it_is_here() -> None:
    assert Meeting(public_broker("rediss://b.example:6380/7")).number == 7
    assert Meeting("rediss://b.example").number == 0
    assert Meeting("redis://[::1]:6379/0").is_here
    assert not Meeting("rediss://b.example/0").is_here
