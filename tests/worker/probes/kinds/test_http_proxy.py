"""Looks through proxies: what they are asked for, what the guard says to that, and who is to
blame.
"""

import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.worker.probes.conftest import LOOPBACK, Listen, Listener, LookAt, silence
from tests.worker.probes.proxies import HttpProxy, Socks5
from worker.contract.outcome import Blame, Reason
from worker.probes.kinds.http import HttpParams
from worker.probes.run import Vantage
from worker.targets.guard import Guard
from worker.targets.policy import read_policy

Web = Callable[..., Awaitable[Listener]]
Vantages = Callable[..., Vantage]
Certified = Callable[..., ssl.SSLContext]
Proxy = HttpProxy | Socks5

both = pytest.mark.parametrize(("scheme", "make"), [("http", HttpProxy), ("socks5", Socks5)])


def through(
    listener: Listener, scheme: str = "http", host: str = "127.0.0.1", **more: Any
) -> dict[str, Any]:
    return {"url": f"{scheme}://{host}:{listener.port}", **more}


@both
@pytest.mark.parametrize("tls", [False, True])
async def test_the_proxy_is_asked_for_the_address_that_the_guard_judged(
    web: Web,
    listen: Listen,
    look_at: LookAt,
    vantages: Vantages,
    certified: Certified,
    ca_file: str,
    scheme: str,
    make: type[Proxy],
    tls: bool,
) -> None:
    server = await web(**({"ssl": certified("localhost")} if tls else {}))
    proxy = make()
    listener = await listen(proxy.serve)

    outcome = await look_at(
        "http",
        vantage=vantages(ca_file=ca_file),
        url=server.url(host="localhost", scheme="https" if tls else "http"),
        ip_version="4",
        proxy=through(listener, scheme),
        trace=True,
    )

    assert outcome.ok, outcome
    assert proxy.asked == [f"127.0.0.1:{server.port}"]
    assert outcome.ip == "127.0.0.1"
    assert outcome.dns_ms is not None
    assert outcome.extra["proxy"] == f"{scheme}://127.0.0.1:{listener.port}"
    assert f"localhost:{server.port}".encode() in server.requests[0]
    assert f"connected to {outcome.extra['proxy']}" in [step.what for step in outcome.trace]


async def test_a_proxy_may_be_reached_over_https(
    web: Web,
    listen: Listen,
    look_at: LookAt,
    vantages: Vantages,
    certified: Certified,
    ca_file: str,
) -> None:
    listener = await listen(HttpProxy().serve, ssl=certified("127.0.0.1"))

    outcome = await look_at(
        "http",
        vantage=vantages(ca_file=ca_file),
        url=(await web()).url(),
        proxy=through(listener, "https"),
    )

    assert outcome.ok, outcome


@both
async def test_a_target_that_must_not_be_probed_is_not_asked_for(
    listen: Listen, look_at: LookAt, vantages: Vantages, scheme: str, make: type[Proxy]
) -> None:
    listener = await listen(make().serve, host="127.0.0.5")
    vantage = vantages(guard=Guard(["127.0.0.5/32"]))

    for host in ("127.0.0.1", "localhost", "169.254.169.254"):
        outcome = await look_at(
            "http",
            vantage=vantage,
            url=f"http://{host}:8080/",
            proxy=through(listener, scheme, "127.0.0.5"),
        )

        assert (outcome.reason, outcome.blame) == (Reason.BLOCKED, Blame.PROBER)
    assert listener.connections == 0


async def test_a_proxy_that_must_not_be_probed_is_not_used(
    listen: Listen, look_at: LookAt, vantages: Vantages
) -> None:
    proxy = HttpProxy()
    listener = await listen(proxy.serve)
    vantage = vantages(guard=Guard(["127.0.0.9/32"]))

    for host in ("127.0.0.1", "localhost"):
        outcome = await look_at(
            "http",
            vantage=vantage,
            url="http://127.0.0.9:8080/",
            proxy=through(listener, host=host),
        )

        assert (outcome.reason, outcome.blame) == (Reason.BLOCKED, Blame.PROBER)
    assert listener.connections == 0


async def test_a_proxy_that_does_not_want_to_be_asked_is_not_used(
    listen: Listen, look_at: LookAt, vantages: Vantages
) -> None:
    listener = await listen(HttpProxy().serve)
    vantage = vantages(guard=Guard(LOOPBACK, read_policy(never="localhost")))

    outcome = await look_at(
        "http",
        vantage=vantage,
        url="http://127.0.0.1:45678/",
        proxy=through(listener, host="localhost"),
    )

    assert "never probed" in outcome.detail
    assert listener.connections == 0


@both
async def test_a_proxy_that_resolves_names_itself_must_be_vouched_for(
    web: Web, listen: Listen, look_at: LookAt, vantages: Vantages, scheme: str, make: type[Proxy]
) -> None:
    server, proxy = await web(), make()
    listener = await listen(proxy.serve)
    there = through(listener, scheme, resolve="proxy")

    vouched = await look_at("http", url=server.url(host="localhost"), proxy=there, ip_version="4")
    unknown = await look_at(
        "http", vantage=vantages(guard=Careless()), url=server.url(host="localhost"), proxy=there
    )
    spelled = [
        await look_at("http", url=f"http://{host}/", proxy=there)
        for host in (
            "169.254.169.254",
            "169.254.43518",
            "0xa9fea9fe",
            "2852039166",
            "[::ffff:169.254.169.254]",
        )
    ]

    assert vouched.ok, vouched
    assert (vouched.ip, vouched.dns_ms) == (None, None)
    assert proxy.asked == [f"localhost:{server.port}"]
    assert (unknown.reason, unknown.blame) == (Reason.BLOCKED, Blame.PROBER)
    assert "in so many words" in unknown.detail
    assert all("metadata" in outcome.detail for outcome in spelled), spelled
    assert len(proxy.asked) == 1


class Careless(Guard):
    """Takes every address for a public one, so that the loopback can stand for somebody else's
    network.
    """

    def refusal(self, ip: str) -> str | None:
        return None


@both
async def test_credentials_come_from_secrets(
    web: Web,
    listen: Listen,
    look_at: LookAt,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
    make: type[Proxy],
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_PROXY", "p\u00e4ss:word")
    server, listener = await web(), await listen(make(credentials="me:p\u00e4ss:word").serve)
    known = {"username": "me", "password": "${env:OUTSCOPE_SECRET_PROXY}"}

    welcome = await look_at(
        "http", url=server.url(), proxy=through(listener, scheme, **known), trace=True
    )
    stranger = await look_at(
        "http", url=server.url(), proxy=through(listener, scheme, **(known | {"username": "you"}))
    )

    assert welcome.ok, welcome
    assert "p\u00e4ss" not in repr(welcome)
    assert b"uthorization" not in server.requests[0]
    assert (stranger.reason, stranger.blame) == (Reason.UNAUTHORIZED, Blame.PROBER)
    assert "proxy" in stranger.detail


async def test_the_proxy_does_not_see_what_is_for_the_target(
    web: Web, listen: Listen, look_at: LookAt
) -> None:
    server, proxy = await web(), HttpProxy()

    outcome = await look_at(
        "http", url=server.url(), headers={"X-Mine": "1"}, proxy=through(await listen(proxy.serve))
    )

    assert outcome.ok
    assert b"X-Mine" not in proxy.heads[0]
    assert b"X-Mine: 1" in server.requests[0]
    assert "via" not in outcome.extra  # the proxy's own answer is not the target's


async def test_the_environment_does_not_lead_around_the_proxy(
    web: Web, listen: Listen, look_at: LookAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    proxy = HttpProxy()

    assert (
        await look_at("http", url=(await web()).url(), proxy=through(await listen(proxy.serve)))
    ).ok
    assert len(proxy.asked) == 1


@pytest.mark.parametrize(
    ("scheme", "proxy", "reason", "blame"),
    [
        ("http", HttpProxy(answer=403), Reason.BLOCKED, Blame.PROBER),
        ("http", HttpProxy(answer=500), Reason.BLOCKED, Blame.PROBER),
        ("http", HttpProxy(answer=502), Reason.UNREACHABLE, Blame.PATH),
        ("http", HttpProxy(answer=504), Reason.TIMEOUT, Blame.PATH),
        ("socks5", Socks5(reply=1), Reason.BLOCKED, Blame.PROBER),
        ("socks5", Socks5(reply=2), Reason.BLOCKED, Blame.PROBER),
        ("socks5", Socks5(reply=3), Reason.UNREACHABLE, Blame.PATH),
        ("socks5", Socks5(reply=4), Reason.UNREACHABLE, Blame.PATH),
        ("socks5", Socks5(reply=5), Reason.REFUSED, Blame.TARGET),
        ("socks5", Socks5(reply=6), Reason.UNREACHABLE, Blame.PATH),
    ],
)
async def test_what_a_proxy_says_of_the_target_is_believed_and_the_rest_is_ours(
    listen: Listen, look_at: LookAt, scheme: str, proxy: Proxy, reason: Reason, blame: Blame
) -> None:
    outcome = await look_at(
        "http", url="https://127.0.0.1:45678/", proxy=through(await listen(proxy.serve), scheme)
    )

    assert (outcome.reason, outcome.blame) == (reason, blame), outcome
    assert "proxy" in outcome.detail


async def test_a_proxy_that_is_not_there_is_our_fault(
    listen: Listen, look_at: LookAt, closed_port: int, full_port: int
) -> None:
    silent = await listen(silence)
    addresses = [f"http://127.0.0.1:{port}" for port in (closed_port, full_port, silent.port)]

    for address in [*addresses, f"socks5://127.0.0.1:{silent.port}", "http://nowhere.invalid:8080"]:
        outcome = await look_at(
            "http", url="http://127.0.0.1:45678/", proxy={"url": address}, timeout_ms=200
        )

        assert (outcome.ok, outcome.blame) == (False, Blame.PROBER), outcome


@pytest.mark.parametrize(
    "proxy",
    [
        {"url": "ftp://127.0.0.1:1"},
        {"url": "http://127.0.0.1"},
        {"url": "http://me:word@127.0.0.1:1"},
        {"url": "http://127.0.0.1:1/path"},
        {"url": "http://127.0.0.1:1", "username": "me"},
        {"url": "http://127.0.0.1:1", "username": "me", "password": "in the open"},
    ],
)
def test_a_proxy_that_cannot_be_meant_is_refused(proxy: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="proxy"):
        HttpParams.model_validate({"url": "http://example.org/", "proxy": proxy})
