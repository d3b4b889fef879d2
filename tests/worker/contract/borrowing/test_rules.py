"""What may be looked at from a vantage point that is not ours."""

from typing import Any

import pytest

from worker.contract.borrowing.rules import objection, private

URL = "https://shop.example.com/"


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("http", {"url": URL}),
        ("http", {"url": "http://198.41.0.4:8080/x?page=2", "method": "HEAD"}),
        ("http", {"url": URL, "headers": {"Accept": "text/html"}, "expect": {"status": [200]}}),
        ("dns", {"name": "example.com", "server": "1.1.1.1", "transport": "tcp"}),
        ("icmp", {"host": "example.com", "count": 16}),
    ],
)
def test_plain_public_checks_may(kind: str, params: dict[str, Any]) -> None:
    assert objection(kind, params) == ""


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("tcp", {"host": "example.com", "port": 1}),
        ("llm", {"url": URL}),
        ("http", {"url": "https://user:word@example.com/"}),
        ("http", {"url": f"{URL}?access_token=x"}),
        ("http", {"url": f"{URL}?X=${{env:OUTSCOPE_SECRET_X}}"}),
        ("http", {"url": URL, "method": "DELETE"}),
        ("http", {"url": URL, "headers": {"Cookie": "a=b"}}),
        ("http", {"url": URL, "headers": {"Host": "other.example.com"}}),
        ("http", {"url": URL, "body": "x"}),
        ("http", {"url": URL, "proxy": {"url": "http://proxy.example.com"}}),
        ("http", {"url": URL, "resolve": {"shop.example.com": "10.0.0.1"}}),
        ("http", {"url": "http://[::1]/"}),
        ("http", {"url": "http://169.254.169.254/latest"}),
        ("http", {"url": "http://printer.lan/"}),
        ("http", {"url": "nonsense"}),
        ("dns", {"name": "example.com", "server": "10.0.0.53"}),
        ("dns", {"name": "host.internal"}),
        ("dns", {"name": "example.com", "transport": "https", "server": "1.1.1.1"}),
        ("dns", {"name": "example.com", "record": "CAA"}),
        ("icmp", {"host": "192.168.0.1"}),
        ("icmp", {"host": "example.com", "count": 50}),
        ("icmp", {"host": "example.com", "size": 1400}),
    ],
)
def test_all_else_may_not(kind: str, params: dict[str, Any]) -> None:
    assert objection(kind, params)


@pytest.mark.parametrize("host", ["", "localhost", "a.local", "127.0.0.1", "::1", "100.64.0.1"])
def test_inner_hosts_are_known(host: str) -> None:
    assert private(host)
