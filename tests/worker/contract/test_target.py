"""Whom a look asks, in one spelling, and the hosts that parameters name."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.contract.target import Target, asked_at, hosts_named, url_target


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://A.example/x?y", Target("https", "a.example", 443)),
        ("http://[2606:4700::1]:8080/", Target("http", "2606:4700::1", 8080)),
        ("wss://a.example./x", Target("wss", "a.example", 443)),
        ("ftp://a.example", Target("ftp", "a.example")),
        ("https://[broken", None),
        ("https://a.example:99999", None),
        ("no address", None),
    ],
)
def test_a_url_names_scheme_host_and_port(url: str, target: Target | None) -> None:
    assert url_target(url) == target


def test_what_names_nobody_cannot_be_asked() -> None:
    with pytest.raises(ValueError, match="names no host"):
        asked_at("https:///x")


def test_a_host_has_one_spelling_however_a_kind_writes_it() -> None:
    assert Target("tcp", "B.Example.", 25) == Target("tcp", "b.example", 25)
    assert Target("tcp", "shop.München.example").host == "shop.xn--mnchen-3ya.example"
    assert Target("dns", None).host is None


def test_web_requests_are_those_of_urls() -> None:
    assert Target("wss", "a.example").is_web
    assert not Target("tcp", "a.example", 443).is_web


@pytest.mark.parametrize(
    ("params", "hosts"),
    [
        ({"url": "https://api.example:8443/v1?x=1"}, {"api.example"}),
        ({"url": "https://[::1]:80/"}, {"::1"}),
        ({"url": "https://[broken"}, set()),
        ({"host": "db.example", "port": 5432}, {"db.example"}),
        ({"peer": "DB.example."}, {"db.example"}),
        ({"name": "www.example", "server": "192.0.2.1"}, {"www.example", "192.0.2.1"}),
        ({"steps": [{"url": "http://a.example/"}, {"url": "http://b.example"}]}, None),
        ({"proxy": {"url": "socks5://proxy.example"}, "url": "https://c.example"}, None),
        ({"token": 5, "version": "1.1", "model": "opus-4.1", "prompt": "Say a.example!"}, set()),
        ({"host": "localhost", "method": "GET", "send": "x." * 40_000}, set()),
    ],
)
def test_the_hosts_that_parameters_name_are_found_under_any_word(
    params: dict[str, Any], hosts: set[str] | None
) -> None:
    both = {"a.example", "b.example"} if "steps" in params else {"proxy.example", "c.example"}
    assert hosts_named(params) == (both if hosts is None else hosts)


@given(st.text())
def test_whatever_is_written_names_somebody_or_nobody(text: str) -> None:
    found = url_target(text)
    assert found is None or found.host
    assert all(hosts_named({"x": [{"y": text}]}))
