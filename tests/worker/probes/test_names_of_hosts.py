"""A host is the same host with and without the dot of the root, in punycode and in its own letters,
wherever its name is compared.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.worker.probes.conftest import Certified, Listen, Listener, LookAt, Vantages, read_request
from tests.worker.probes.name_server import name_server
from worker.contract.outcome import Blame, Outcome, Reason
from worker.contract.target import plain_host, read_hosts
from worker.probes.kinds.dns import DnsParams
from worker.probes.kinds.http import HttpParams
from worker.probes.kinds.tcp import TcpParams
from worker.probes.kinds.tls import TlsParams
from worker.probes.names.resolver import Resolver
from worker.probes.parameters.web_address import bracketed
from worker.targets.guard import Guard
from worker.targets.policy import read_policy

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
PLAIN = "xn--bcher-kva.example"
SPELLINGS = [
    PLAIN,
    f"{PLAIN}.",
    PLAIN.upper(),
    "bücher.example",
    "BÜCHER.example.",
    "bücher。example",
]
IN_URLS = [spelling for spelling in SPELLINGS if spelling.isascii()]


def found_here(host: str, port: int, *_: Any) -> list[Any]:
    assert plain_host(host) == PLAIN
    return [(2, 1, 6, "", ("127.0.0.1", port))]


@pytest.fixture
def context(certified: Certified) -> ssl.SSLContext:
    """A server's context for the name, which remembers by which names it was asked."""
    made = certified(PLAIN)
    made.asked = []  # type: ignore[attr-defined]
    made.sni_callback = lambda _sock, name, _ctx: made.asked.append(name)  # type: ignore[attr-defined]
    return made


@pytest.fixture
def look(
    listen: Listen,
    look_at: LookAt,
    vantages: Vantages,
    context: ssl.SSLContext,
    ca_file: str,
) -> Callable[..., Awaitable[Outcome]]:
    """Look at a web server of that name, whose port stands for {port}."""

    async def made(kind: str, **params: Any) -> Outcome:
        async def answer(reader: Reader, writer: Writer) -> None:
            await read_request(reader)
            writer.write(b"HTTP/1.1 401 X\r\ncontent-length: 0\r\n\r\n")

        server: Listener = await listen(answer, ssl=context)
        vantage = vantages(ca_file=ca_file, resolver=Resolver(found_here, list))
        filled = {
            name: value.replace("{port}", str(server.port)) if isinstance(value, str) else value
            for name, value in params.items()
        }
        if "port" in filled:
            filled["port"] = server.port
        return await look_at(kind, vantage=vantage, **filled)

    return made


@pytest.mark.parametrize("host", SPELLINGS)
@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("tls", {"host": "{host}", "port": 0}),
        ("tls", {"host": "127.0.0.1", "port": 0, "server_name": "{host}"}),
        ("tcp", {"host": "{host}", "port": 0, "tls": True}),
        ("tcp", {"host": "127.0.0.1", "port": 0, "tls": True, "server_name": "{host}"}),
    ],
)
async def test_a_certificate_is_for_the_name_in_any_spelling(
    look: Any, context: ssl.SSLContext, host: str, kind: str, params: dict[str, Any]
) -> None:
    named = {key: host if value == "{host}" else value for key, value in params.items()}

    outcome = await look(kind, **named)

    assert outcome.ok, outcome
    assert context.asked == [PLAIN]  # type: ignore[attr-defined]


@pytest.mark.parametrize("host", IN_URLS)
@pytest.mark.parametrize(("kind", "scheme"), [("http", "https"), ("websocket", "wss")])
async def test_a_url_names_it_in_any_spelling(
    look: Any, context: ssl.SSLContext, host: str, kind: str, scheme: str
) -> None:
    outcome = await look(kind, url=f"{scheme}://{host}:{{port}}/")

    assert outcome.reason is Reason.UNAUTHORIZED, outcome
    assert context.asked == [PLAIN]  # type: ignore[attr-defined]


@pytest.mark.parametrize("host", SPELLINGS)
@pytest.mark.parametrize(
    ("kind", "params"),
    [("grpc", {}), ("dns", {"name": "x.example", "transport": "https"})],
)
async def test_kinds_that_make_a_url_of_it(
    look: Any, host: str, kind: str, params: dict[str, str]
) -> None:
    where = {"server": host} if kind == "dns" else {"host": host}

    outcome = await look(kind, port=0, **where, **params)

    assert outcome.blame is not Blame.PROBER or outcome.reason is Reason.UNAUTHORIZED, outcome
    assert (outcome.tls_ms or 0) > 0


@pytest.mark.parametrize("host", SPELLINGS)
async def test_a_name_server_over_tls(
    look_at: LookAt, vantages: Vantages, certified: Certified, ca_file: str, host: str
) -> None:
    async with name_server(certified(PLAIN)) as server:
        outcome = await look_at(
            "dns",
            vantage=vantages(ca_file=ca_file),
            name="well.test",
            server="127.0.0.1",
            server_name=host,
            port=server.port,
            transport="tls",
        )

    assert outcome.ok, outcome


@pytest.mark.parametrize("host", SPELLINGS)
async def test_another_name_is_another_host(look: Any, host: str) -> None:
    outcome = await look("tls", host="127.0.0.1", port=0, server_name=f"a.{host}")

    assert (outcome.reason, outcome.blame) == (Reason.TLS, Blame.TARGET)


@pytest.mark.parametrize("host", SPELLINGS)
@pytest.mark.parametrize("written", IN_URLS)
async def test_an_address_given_for_a_name_holds_in_any_spelling(
    look: Any, host: str, written: str
) -> None:
    outcome = await look(
        "http", url=f"https://{written}:{{port}}/", resolve={host: "127.0.0.1"}, verify=False
    )

    assert outcome.reason is Reason.UNAUTHORIZED, outcome
    assert outcome.dns_ms is None


@pytest.mark.parametrize("host", SPELLINGS)
def test_lists_of_hosts_name_it_in_any_spelling(host: str) -> None:
    policy = read_policy(never=host)
    below = read_policy(never=f".{host}")

    for written in SPELLINGS:
        assert policy.never(plain_host(written))
        assert below.never(plain_host(f"a.{written}"))
        assert read_hosts([host]).has(plain_host(written))
        assert read_hosts([f".{host}"]).has(plain_host(f"a.{written}"))
    for written in IN_URLS:
        assert Guard(policy=policy).url_objection(f"https://{written}/x") is not None


@pytest.mark.parametrize("host", SPELLINGS)
def test_a_certificate_proves_the_host_in_any_spelling(host: str) -> None:
    for written in SPELLINGS:
        params = TcpParams.model_validate(
            {"host": host, "port": 1, "tls": True, "server_name": written}
        )
        assert params.receiver.proven
    resolved = HttpParams.model_validate(
        {"url": f"https://{PLAIN}./", "resolve": {host: "192.0.2.1"}}
    )
    assert not resolved._receiver().found_here


@pytest.mark.parametrize("host", ["bü..cher", "ü" * 80, "\ud800.example"])
def test_what_can_be_no_host_is_refused(host: str) -> None:
    for made in (
        lambda: TlsParams.model_validate({"host": host}),
        lambda: TlsParams.model_validate({"host": "x", "server_name": host}),
        lambda: DnsParams.model_validate({"name": "x", "server": host}),
    ):
        with pytest.raises(ValueError, match=r"not a host name|valid string"):
            made()


def test_a_host_in_a_url_is_ascii() -> None:
    assert {bracketed(host) for host in SPELLINGS if not host.isascii()} == {PLAIN}
    assert bracketed("2001:db8::1") == "[2001:db8::1]"
