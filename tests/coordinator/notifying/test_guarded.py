"""Addresses that strangers give: public ones alone, whatever their name says."""

import socket
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis.strategies import ip_addresses

from coordinator.notifying.outbound import DeliveryError, Post
from coordinator.notifying.subscribing.guarded import guarded, is_public, networks_of
from tests.coordinator.notifying.receivers import web_server


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1"),
        *("fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1"),
        *("2001:db8::1", "2001:0:7f00:1::", "fe80::1%eth0"),
        "168.63.129.16",  # a cloud's metadata, public by its number
    ],
)
def test_what_is_inside_is_not_public(address: str) -> None:
    assert not is_public(address, [])


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111"])
def test_what_is_outside_is_public(address: str) -> None:
    assert is_public(address, [])


def test_a_name_that_leads_inside_is_not_connected_to() -> None:
    with web_server() as hook:
        for host in ("127.0.0.1", "localhost", "[::1]", "0x7f000001", "2130706433"):
            post = Post(f"http://{host}:{hook.port}/in", b"{}", {}, guarded([]))
            with pytest.raises(DeliveryError):
                post.send(5)
        assert hook.taken == []
        post = Post(f"http://127.0.0.1:{hook.port}/in", b"{}", {}, guarded([]))
        with pytest.raises(DeliveryError, match="not public"):
            post.send(5)
        allowed = guarded(networks_of("127.0.0.0/8, fd00::/8"))
        Post(f"http://127.0.0.1:{hook.port}/in", b"{}", {}, allowed).send(5)
        assert len(hook.taken) == 1


def test_a_name_with_one_address_inside_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def both(*_: object, **__: object) -> list[tuple[object, ...]]:
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, (address, 80)) for address in ("8.8.8.8", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(DeliveryError, match="not public"):
        Post("http://mixed.example/in", b"{}", {}, guarded([])).send(5)


def test_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with web_server() as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(DeliveryError, match="not public"):
            Post("http://127.0.0.1:9/in", b"{}", {}, guarded([])).send(5)
        assert proxy.taken == []


@given(ip_addresses())
def test_nothing_is_public_that_is_reserved(address: IPv4Address | IPv6Address) -> None:
    if is_public(str(address), []):
        assert address.is_global
        assert not address.is_multicast
