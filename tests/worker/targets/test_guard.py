"""The guard: public addresses only, however they are written, unless the operator allows more."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.targets.guard import SETTING, Guard

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
    "::ffff:169.254.169.254",
    "::ffff:100.100.100.200",
    "64:ff9b::169.254.169.254",
    "2002:a9fe:a9fe::1",
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
ALLOWED = [
    "1.1.1.1",
    "8.8.8.8",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
]


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


PUBLIC_V6 = IPv6Network("2000::/3")
LEADS = {
    "IPv4-mapped": (0xFFFF << 32, 0),
    "IPv4-compatible": (0, 0),
    "NAT64": (0x64FF9B << 96, 0),
    "6to4": (0x2002 << 112, 80),
}
"""Networks that lead to an IPv4 address: their first bits, and how many bits stand below it."""


def inside(network: str) -> st.SearchStrategy[IPv6Address]:
    found = IPv6Network(network)
    return st.integers(int(found[0]), int(found[-1])).map(IPv6Address)


@pytest.mark.parametrize("lead", LEADS)
@given(address=st.ip_addresses(v=4), below=st.integers(0, (1 << 80) - 1))
def test_an_address_that_leads_to_an_ipv4_address_is_judged_as_that_one(
    lead: str, address: IPv4Address, below: int
) -> None:
    first, bits = LEADS[lead]
    if lead == "IPv4-compatible" and int(address) <= 1:
        return  # :: and ::1 have a meaning of their own
    outer = IPv6Address(first | int(address) << bits | below & ((1 << bits) - 1))
    assert (Guard().refusal(str(outer)) is None) == (Guard().refusal(str(address)) is None)


@given(
    st.one_of(
        *map(
            inside,
            ("64:ff9b:1::/48", "2001::/32", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
        )
    )
)
def test_local_nat64_teredo_private_link_local_and_multicast_are_refused_whatever_they_hold(
    address: IPv6Address,
) -> None:
    assert Guard().refusal(str(address))
    assert Guard().refusal(address.exploded)


@given(st.ip_addresses(v=6))
def test_an_ipv6_address_outside_global_unicast_is_refused_unless_it_leads_to_a_public_one(
    address: IPv6Address,
) -> None:
    if Guard().refusal(str(address)) is None:
        assert address in PUBLIC_V6 or int(address) >> 32 in (0, 0xFFFF, 0x64FF9B << 64)


@given(st.ip_addresses(), st.ip_addresses(v=4), st.integers(0, 32))
def test_allowing_a_network_opens_it_and_nothing_else(
    address: IPv4Address | IPv6Address, base: IPv4Address, length: int
) -> None:
    network = IPv4Network((base, length), strict=False)
    opened = Guard([network]).refusal(str(address)) is None
    if opened and Guard().refusal(str(address)) is not None:
        inner = (
            address if isinstance(address, IPv4Address) else IPv4Address(_embedded(address) or 0)
        )
        assert inner in network


def _embedded(address: IPv6Address) -> int | None:
    number = int(address)
    if number >> 112 == 0x2002:
        return number >> 80 & 0xFFFF_FFFF
    return number & 0xFFFF_FFFF if number >> 32 in (0, 0xFFFF, 0x64FF9B << 64) else None


@given(st.text())
def test_whatever_is_written_is_judged_or_called_no_address(text: str) -> None:
    refusal = Guard().refusal(text)
    assert refusal is None or refusal
