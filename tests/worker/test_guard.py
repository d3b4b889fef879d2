"""The guard: public addresses only, however they are written, unless the operator allows more."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.guard import SETTING, Guard

REFUSED = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.1.1",
    "169.254.169.254",
    "168.63.129.16",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.1",
    "192.0.2.7",
    "198.18.0.1",
    "198.51.100.9",
    "203.0.113.80",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "::10.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::8.8.8.8",
    "2002:7f00:1::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "localhost",
    "",
]
ALLOWED = ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]


@pytest.mark.parametrize("ip", REFUSED)
def test_an_address_that_is_not_public_is_refused(ip: str) -> None:
    assert Guard().refusal(ip)


@pytest.mark.parametrize("ip", ALLOWED)
def test_a_public_address_may_be_probed(ip: str) -> None:
    assert Guard().refusal(ip) is None


def test_the_sentence_says_what_it_is_and_how_to_allow_it() -> None:
    sentence = Guard().refusal("10.1.2.3")

    assert sentence is not None
    assert "a private address" in sentence
    assert f"{SETTING}=10.1.2.3" in sentence


def test_the_sentence_names_the_address_inside_another() -> None:
    sentence = Guard().refusal("::ffff:10.1.2.3")

    assert sentence is not None
    assert f"{SETTING}=10.1.2.3" in sentence


@pytest.mark.parametrize("ip", ["127.0.0.1", "127.1.2.3", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1"])
def test_what_the_operator_allows_may_be_probed_however_it_is_written(ip: str) -> None:
    assert Guard(["127.0.0.0/8"]).refusal(ip) is None


def test_allowing_one_network_allows_no_other() -> None:
    assert Guard(["127.0.0.1/32"]).refusal("127.0.0.2")


def test_a_network_that_cannot_be_read_stops_the_start() -> None:
    with pytest.raises(ValueError, match="not-a-network"):
        Guard(["not-a-network"])


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_that_python_calls_not_global_is_refused(address: IPv4Address) -> None:
    if not address.is_global:
        assert Guard().refusal(str(address))


@given(st.ip_addresses(v=6))
def test_an_ipv6_address_outside_global_unicast_is_refused_unless_it_leads_to_a_public_one(
    address: IPv6Address,
) -> None:
    if Guard().refusal(str(address)) is None:
        assert address.is_global or address.ipv4_mapped or address in _embedding()


def _embedding() -> object:
    class Either:
        def __contains__(self, address: IPv6Address) -> bool:
            return int(address) >> 32 in (0, 0x0064_FF9B << 64) or address.sixtofour is not None

    return Either()
