"""What libcurl may connect to: only what the gate lets through, whatever the name led to before."""

from collections.abc import Awaitable, Callable
from types import SimpleNamespace

import pycurl
import pytest

from tests.worker.probes.conftest import Listener
from worker.probes.http.curl.exchange import send
from worker.probes.http.curl.gate import Gate
from worker.probes.http.curl.route import Route, literal
from worker.probes.http.request import Request
from worker.probes.run import Look, Vantage
from worker.targets.guard import Guard

Web = Callable[..., Awaitable[Listener]]
Vantages = Callable[..., Vantage]


async def test_a_name_that_leads_elsewhere_after_it_was_judged_is_not_connected_to(
    web: Web, vantages: Vantages
) -> None:
    server = await web()
    look = Look(vantages(guard=Guard()), 1000)

    answer = await send(
        Request(server.url(host="x.test")),
        look,
        Route(Gate(look.vantage.guard), f"x.test:{server.port}:127.0.0.1"),
    )

    assert answer.code == pycurl.E_COULDNT_CONNECT
    assert answer.refusal is not None
    assert server.connections == 0


async def test_the_gate_opens_for_what_is_allowed(web: Web, vantages: Vantages) -> None:
    server = await web()
    look = Look(vantages(), 1000)

    answer = await send(
        Request(server.url(host="x.test")),
        look,
        Route(Gate(look.vantage.guard), f"x.test:{server.port}:127.0.0.1"),
    )

    assert (answer.code, answer.status) == (0, 200)


@pytest.mark.parametrize("ip", ["10.0.0.1", b"169.254.169.254", "::1"])
def test_the_gate_refuses_and_says_why(ip: str | bytes) -> None:
    gate = Gate(Guard())

    assert gate.open(0, SimpleNamespace(addr=(ip, 80))) == pycurl.SOCKET_BAD
    assert gate.refusal
    assert not gate.opened


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://1.2.3.4/", "1.2.3.4"),
        ("https://1.2.3.4:8443?x", "1.2.3.4"),
        ("HTTP://[2606:4700::1]:80/x", "2606:4700::1"),
        ("http://1.2.3.4@5.6.7.8/", None),
        ("http://1.2.3.4:80@5.6.7.8/", None),
        ("http://1.2.3.4\\@5.6.7.8/", None),
        ("http://1.2.3.4.nip.io/", None),
        ("http://1.2.3/", None),
        ("http://0x7f.0.0.1/", None),
        ("http://[fe80::1%25eth0]/", None),
        ("http://example.org/1.2.3.4", None),
    ],
)
def test_only_an_address_that_is_read_in_one_way_counts_as_one(
    url: str, address: str | None
) -> None:
    assert literal(url) == address
