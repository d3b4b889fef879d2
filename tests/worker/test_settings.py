"""What an operator may say, and what the worker answers when it is wrong."""

from base64 import b64encode
from pathlib import Path

import pytest

from worker.flags import SettingsError
from worker.settings import read_settings

GOOD = {
    "OUTSCOPE_REGION": "eu-west",
    "OUTSCOPE_BROKER": "redis://eu-west:s3cret@broker.example:6379/0",
}


def test_the_least_that_must_be_said_is_region_and_broker() -> None:
    settings = read_settings([], {**GOOD, "XDG_STATE_HOME": "/state"})
    assert (settings.region, settings.name) == ("eu-west", "eu-west-1")
    assert settings.state_dir == Path("/state/outscope")
    assert settings.allow == ()
    assert settings.source_address is None


def test_a_flag_comes_before_the_environment() -> None:
    settings = read_settings(
        ["--region", "us-east", "--name", "w2", "--allow", "10.0.0.0/8, fd00::/8"], GOOD
    )
    assert (settings.region, settings.name) == ("us-east", "w2")
    assert [str(network) for network in settings.allow] == ["10.0.0.0/8", "fd00::/8"]


def test_it_is_alone_after_some_heartbeats_or_never() -> None:
    assert read_settings([], GOOD).alone_after == 3
    assert read_settings(["--alone-after", "0"], GOOD).alone_after == 0
    for said in ("soon", "-1", "1001", "2.5"):
        with pytest.raises(SettingsError, match="OUTSCOPE_ALONE_AFTER"):
            read_settings([], {**GOOD, "OUTSCOPE_ALONE_AFTER": said})


def test_the_broker_may_be_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "broker"
    secret.write_text("rediss://u:p@h:6380/1\n")
    environ = {"OUTSCOPE_REGION": "eu-west", "OUTSCOPE_BROKER_FILE": str(secret)}
    assert read_settings([], environ).broker == "rediss://u:p@h:6380/1"


def test_who_is_never_probed_may_be_a_file(tmp_path: Path) -> None:
    listed = tmp_path / "never"
    listed.write_text("# they asked us not to\nshop.example\n.quiet.example\n192.0.2.0/24\n")
    policy = read_settings([], {**GOOD, "OUTSCOPE_NEVER_PROBE": f"@{listed}"}).policy
    assert policy.never("shop.example")
    assert policy.never("a.quiet.example")
    assert [str(network) for network in policy.networks] == ["192.0.2.0/24"]


def test_the_parts_of_the_policy_come_together() -> None:
    told = ["--schemes", "https,tcp", "--ports", "443,8000-8002", "--never-probe", "a.example"]
    policy = read_settings(told, GOOD).policy
    assert policy.schemes == {"https", "tcp"}
    assert policy.ports == (range(443, 444), range(8000, 8003))
    assert policy.hosts == {"a.example"}


@pytest.mark.parametrize(
    "contact", ["https://status.example/probes", "mailto:noc@a.example", "noc@a.example"]
)
def test_the_contact_is_a_url_or_a_mail_address(contact: str) -> None:
    assert read_settings(["--contact", contact], GOOD).contact == contact


def test_certificates_are_in_a_folder(tmp_path: Path) -> None:
    assert read_settings(["--certificates-dir", str(tmp_path)], GOOD).certificates_dir == tmp_path


def test_settings_never_show_the_brokers_password() -> None:
    settings = read_settings([], GOOD)
    assert "s3cret" not in f"{settings} {settings!r}"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("OUTSCOPE_REGION", ""),
        ("OUTSCOPE_REGION", "EU West"),
        ("OUTSCOPE_BROKER", ""),
        ("OUTSCOPE_BROKER", "broker.example"),
        ("OUTSCOPE_BROKER", "http://user:s3cret@broker.example"),
        ("OUTSCOPE_BROKER", "redis://user:s3cret@broker.example:port/0"),
        ("OUTSCOPE_BROKER", "redis://[::1"),
        ("OUTSCOPE_BROKER_FILE", "/nowhere/at/all"),
        ("OUTSCOPE_WORKER", "-w"),
        ("OUTSCOPE_SOURCE_ADDRESS", "10.0.0.0/8"),
        ("OUTSCOPE_PUBLIC_ADDRESS", "vpn.example"),
        ("OUTSCOPE_ALLOW_ADDRESSES", "10.0.0.1/8"),
        ("OUTSCOPE_ALLOW_ADDRESSES", "everything"),
        ("OUTSCOPE_CA_FILE", "/nowhere/at/all"),
        ("OUTSCOPE_CERTIFICATES_DIR", "/nowhere/at/all"),
        ("OUTSCOPE_LOG_LEVEL", "LOUD"),
        ("OUTSCOPE_CONTACT", "call us"),
        ("OUTSCOPE_CONTACT", "https://a.example)\r\nX: y"),
        ("OUTSCOPE_PORTS", "https"),
        ("OUTSCOPE_NEVER_PROBE", "https://a.example/"),
        ("OUTSCOPE_NEVER_PROBE", "@/nowhere/at/all"),
    ],
)
def test_a_bad_setting_is_named_with_what_to_do_and_without_a_secret(
    setting: str, value: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings([], {**GOOD, setting: value})
    assert setting in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert len(str(caught.value)) > len(setting) + 20


def test_several_keys_of_the_coordinator_can_be_pinned() -> None:
    one, two = b64encode(b"1" * 32).decode(), b64encode(b"2" * 32).decode()
    settings = read_settings([], GOOD | {"OUTSCOPE_COORDINATOR_KEY": f"{one}, {two}"})
    assert settings.coordinator_keys == (b"1" * 32, b"2" * 32)
    assert read_settings([], GOOD).coordinator_keys == ()


def test_what_is_no_key_stops_the_start() -> None:
    with pytest.raises(SettingsError, match="OUTSCOPE_COORDINATOR_KEY"):
        read_settings([], GOOD | {"OUTSCOPE_COORDINATOR_KEY": "AAAA"})
