"""A name that leads elsewhere the next moment: a real DNS server with changing answers never gets
us to a bad address.

Of the loopback's addresses one counts as public here and another as the private network behind the
worker; both have a listener on the same port, so only the guard stands between.
"""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset
import pytest

from tests.worker.probes.conftest import Listen, Listener, LookAt, read_request
from worker.contract.outcome import Blame, Reason
from worker.probes.names.resolver import Resolver
from worker.probes.run import Vantage
from worker.targets.guard import Guard

PUBLIC, PRIVATE = "127.0.0.2", "127.0.0.3"
NAME = "rebinding.example"


class Fickle:
    """A name server on UDP whose answers about any name go round: `answers[0]`, `answers[1]`, ...
    with a TTL of 0.
    """

    def __init__(self, answers: Sequence[Sequence[str]]) -> None:
        self._answers = answers
        self.asked = 0
        self.knows_the_root = True
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def lookup(self, host: str, port: int, *_: Any) -> list[Any]:
        """What `getaddrinfo` would answer on a machine that asks this server."""
        query = dns.message.make_query(host, dns.rdatatype.A)
        answer = dns.query.udp(query, "127.0.0.1", port=self.port, timeout=2)
        addresses = [record.address for rrset in answer.answer for record in rrset]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in addresses]

    def close(self) -> None:
        """End."""
        self._socket.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(2)
        self._socket.close()

    def _of_root(self, response: dns.message.Message) -> bytes:
        if self.knows_the_root:
            response.answer = [dns.rrset.from_text(".", 300, "IN", "NS", "a.root-servers.net.")]
        return response.to_wire()

    def _serve(self) -> None:
        while True:
            wire, peer = self._socket.recvfrom(4096)
            if not wire:
                return
            query = dns.message.from_wire(wire)
            response = dns.message.make_response(query)
            if query.question[0].name == dns.name.root:
                self._socket.sendto(self._of_root(response), peer)
                continue
            addresses = self._answers[self.asked % len(self._answers)]
            self.asked += 1
            response.answer = [
                dns.rrset.from_text(query.question[0].name, 0, "IN", "A", *addresses)
            ]
            self._socket.sendto(response.to_wire(), peer)


Rebind = Callable[..., tuple[Fickle, Vantage]]


@pytest.fixture
def rebind(vantages: Callable[..., Vantage]) -> Iterator[Rebind]:
    """A vantage point whose resolver asks a fickle name server: `rebind([PUBLIC], [PRIVATE])`."""
    servers: list[Fickle] = []

    def make(*answers: Sequence[str]) -> tuple[Fickle, Vantage]:
        server = Fickle(answers)
        servers.append(server)
        resolver = Resolver(server.lookup, lambda: [("127.0.0.1", server.port)])
        return server, vantages(guard=Guard([f"{PUBLIC}/32"]), resolver=resolver)

    yield make
    for server in servers:
        server.close()


@pytest.fixture
async def both(listen: Listen) -> tuple[Listener, Listener]:
    """Web servers at the public and at the private address, on the same port."""

    async def answer(reader: Any, writer: Any) -> None:
        request = await read_request(reader)
        again = b"/again" in request.split(b"\r\n", 1)[0]
        head = b"302 Found\r\nlocation: /end" if again else b"200 OK"
        writer.write(b"HTTP/1.1 " + head + b"\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()

    public = await listen(answer, host=PUBLIC)
    return public, await listen(answer, host=PRIVATE, port=public.port)


TIMEOUT_MS = {"tls": 200}  # nobody here answers a handshake


def params_of(kind: str, port: int, path: str = "/") -> dict[str, Any]:
    return (
        {"url": f"http://{NAME}:{port}{path}"} if kind == "http" else {"host": NAME, "port": port}
    )


ASTRAY = (Reason.PROTOCOL, Blame.TARGET)


@pytest.mark.parametrize("kind", ["http", "tcp", "tls"])
async def test_a_name_that_changes_between_looks_is_judged_at_each(
    kind: str, rebind: Rebind, both: tuple[Listener, Listener], look_at: LookAt
) -> None:
    public, private = both
    server, vantage = rebind([PUBLIC], [PRIVATE])
    outcomes = [
        await look_at(
            kind,
            vantage=vantage,
            timeout_ms=TIMEOUT_MS.get(kind, 5000),
            **params_of(kind, public.port),
        )
        for _ in range(6)
    ]
    await public.until(lambda listener: listener.connections == 3)
    assert private.connections == 0
    assert {(outcome.reason, outcome.blame) for outcome in outcomes[1::2]} == {ASTRAY}
    assert all(PRIVATE not in outcome.detail for outcome in outcomes[::2])
    assert all(PRIVATE in outcome.detail for outcome in outcomes[1::2])
    assert server.asked == 6, "a second lookup between judging and connecting would be a window"


@pytest.mark.parametrize("kind", ["http", "tcp", "tls"])
async def test_of_several_addresses_only_those_that_may_be_probed_are_connected_to(
    kind: str, rebind: Rebind, both: tuple[Listener, Listener], look_at: LookAt
) -> None:
    public, private = both
    _, vantage = rebind([PRIVATE, PUBLIC], [PUBLIC, PRIVATE])
    for _ in range(4):
        outcome = await look_at(
            kind,
            vantage=vantage,
            timeout_ms=TIMEOUT_MS.get(kind, 5000),
            **params_of(kind, public.port),
        )
        assert PRIVATE not in outcome.detail
    await public.until(lambda listener: listener.connections == 4)
    assert private.connections == 0


@pytest.mark.parametrize("kind", ["http", "tcp", "tls"])
async def test_when_the_public_address_does_not_answer_the_private_one_is_no_way_round(
    kind: str, rebind: Rebind, both: tuple[Listener, Listener], look_at: LookAt, closed_port: int
) -> None:
    _, private = both
    _, vantage = rebind([PUBLIC, PRIVATE])
    outcome = await look_at(
        kind, vantage=vantage, timeout_ms=TIMEOUT_MS.get(kind, 5000), **params_of(kind, closed_port)
    )
    assert not outcome.ok
    assert private.connections == 0


async def test_a_name_that_changes_on_the_way_of_a_redirect_is_judged_again(
    rebind: Rebind, both: tuple[Listener, Listener], look_at: LookAt
) -> None:
    public, private = both
    server, vantage = rebind([PUBLIC], [PRIVATE])
    outcome = await look_at("http", vantage=vantage, **params_of("http", public.port, "/again"))
    assert (outcome.reason, outcome.blame) == ASTRAY
    assert outcome.detail.startswith(f"the target redirects to http://{NAME}:{public.port}/end: ")
    assert PRIVATE in outcome.detail
    assert any(PRIVATE in step.what for step in outcome.trace)
    assert (public.connections, private.connections, server.asked) == (1, 0, 2)


@pytest.mark.parametrize(
    "elsewhere",
    [
        f"http://{PRIVATE}:{{port}}/",
        f"http://[::ffff:{PRIVATE}]:{{port}}/",
        "http://2130706435:{port}/",  # 127.0.0.3 as one number
        "http://0177.0.0.3:{port}/",
        "http://127.3:{port}/",
        "http://[64:ff9b::7f00:3]:{port}/",
        "http://[::]:{port}/",
        "http://0/",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost:25/",
        "file:///etc/passwd",
        "gopher://127.0.0.3:70/",
    ],
)
async def test_a_redirect_however_it_is_written_leads_to_no_bad_address(
    elsewhere: str, listen: Listen, vantages: Callable[..., Vantage], look_at: LookAt
) -> None:
    async def answer(reader: Any, writer: Any) -> None:
        await read_request(reader)
        location = elsewhere.format(port=private.port)
        writer.write(
            f"HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n".encode()
        )
        await writer.drain()

    public, private = await listen(answer, host=PUBLIC), await listen(answer, host=PRIVATE)
    vantage = vantages(guard=Guard([f"{PUBLIC}/32"]))
    outcome = await look_at("http", vantage=vantage, url=f"http://{PUBLIC}:{public.port}/")
    assert (outcome.ok, outcome.reason, outcome.blame) == (False, *ASTRAY)
    assert outcome.detail.startswith("the target redirects to ")
    assert private.connections == 0


BY_NAME: dict[str, Callable[[int], dict[str, Any]]] = {
    "http": lambda port: {"url": f"http://{NAME}:{port}/"},
    "flow": lambda port: {"steps": [{"name": "one", "url": f"http://{NAME}:{port}/"}]},
    "websocket": lambda port: {"url": f"ws://{NAME}:{port}/"},
    "grpc": lambda port: {"host": NAME, "port": port, "tls": False},
    "llm": lambda port: {
        "api": "openai_compatible",
        "model": "m",
        "url": f"http://{NAME}:{port}/v1",
    },
    "tcp": lambda port: {"host": NAME, "port": port},
    "tls": lambda port: {"host": NAME, "port": port},
    "udp": lambda port: {"host": NAME, "port": port, "send": "x"},
    "icmp": lambda _: {"host": NAME},
    "dns": lambda port: {"name": "a.example", "server": NAME, "port": port, "transport": "udp"},
    "dns_tcp": lambda port: {"name": "a.example", "server": NAME, "port": port, "transport": "tcp"},
    "dns_https": lambda port: {
        "name": "a.example",
        "server": NAME,
        "port": port,
        "transport": "https",
    },
}


@pytest.mark.parametrize("which", BY_NAME)
async def test_a_public_name_that_leads_to_a_private_address_is_its_owners_doing(
    which: str, rebind: Rebind, both: tuple[Listener, Listener], look_at: LookAt
) -> None:
    public, private = both
    _, vantage = rebind([PRIVATE])
    params = BY_NAME[which](public.port)
    outcome = await look_at(which.partition("_")[0], vantage=vantage, **params)
    assert (outcome.reason, outcome.blame) == ASTRAY, outcome
    assert f"the name {NAME} leads to no public address: {PRIVATE} is a loop" in outcome.detail
    assert any(PRIVATE in step.what for step in outcome.trace)
    assert private.connections == 0


@pytest.mark.parametrize("which", BY_NAME)
async def test_a_resolver_that_does_not_know_the_root_is_not_believed(
    which: str, rebind: Rebind, both: tuple[Listener, Listener], look_at: LookAt
) -> None:
    public, private = both
    server, vantage = rebind([PRIVATE])
    server.knows_the_root = False
    params = BY_NAME[which](public.port)
    outcome = await look_at(which.partition("_")[0], vantage=vantage, **params)
    assert (outcome.reason, outcome.blame) == (Reason.DNS, Blame.RESOLVER), outcome
    assert f"the resolver leads {NAME} to {PRIVATE}" in outcome.detail
    assert private.connections == 0


@pytest.mark.parametrize("host", ["shop", "shop.internal", "shop.lan", "Shop.Corp.", "shop.local"])
async def test_a_name_of_a_network_that_leads_into_it_is_the_operators_own(
    host: str, rebind: Rebind, both: tuple[Listener, Listener], look_at: LookAt
) -> None:
    public, private = both
    _, vantage = rebind([PRIVATE])
    for kind, params in (
        ("tcp", {"host": host, "port": public.port}),
        ("http", {"url": f"http://{host}:{public.port}/"}),
    ):
        outcome = await look_at(kind, vantage=vantage, **params)
        assert (outcome.reason, outcome.blame) == (Reason.BLOCKED, Blame.PROBER), outcome
        assert "OUTSCOPE_ALLOW_ADDRESSES" in outcome.detail
    assert private.connections == 0


async def test_a_public_name_that_leads_to_a_network_ruled_out_is_our_policy(
    rebind: Rebind,
    both: tuple[Listener, Listener],
    look_at: LookAt,
    vantages: Callable[..., Vantage],
) -> None:
    from worker.targets.policy import read_policy

    _, vantage = rebind([PRIVATE])
    guard = Guard(["127.0.0.0/8"], read_policy(never=PRIVATE))
    kept = vantages(guard=guard, resolver=vantage.resolver)
    for kind in ("http", "tcp"):
        outcome = await look_at(kind, vantage=kept, **params_of(kind, both[0].port))
        assert (outcome.reason, outcome.blame) == (Reason.BLOCKED, Blame.PROBER), outcome
        assert "never probed" in outcome.detail


@pytest.mark.parametrize("kind", ["http", "flow", "vendor_status"])
@pytest.mark.parametrize(
    "elsewhere", [f"http://{PRIVATE}/", "http://169.254.169.254/latest", f"http://{PUBLIC}:25/"]
)
async def test_a_redirect_astray_counts_against_whoever_redirects(
    kind: str, elsewhere: str, listen: Listen, vantages: Callable[..., Vantage], look_at: LookAt
) -> None:
    async def answer(reader: Any, writer: Any) -> None:
        await read_request(reader)
        head = f"HTTP/1.1 302 Found\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n"
        writer.write(head.encode())
        await writer.drain()

    url = (await listen(answer, host=PUBLIC)).url(host=PUBLIC)
    params: dict[str, dict[str, Any]] = {
        "http": {"url": url},
        "flow": {"steps": [{"name": "one", "url": url}]},
        "vendor_status": {"provider": "statuspage", "url": url},
    }
    vantage = vantages(guard=Guard([f"{PUBLIC}/32"]))
    outcome = await look_at(kind, vantage=vantage, **params[kind])
    assert f"the target redirects to {elsewhere}: " in outcome.detail
    assert any(elsewhere in step.what for step in outcome.trace)
    # a page that is not heard says nothing of its vendor
    blame = Blame.PROBER if kind == "vendor_status" else Blame.TARGET
    assert (outcome.reason, outcome.blame) == (Reason.PROTOCOL, blame)


async def test_a_redirect_to_whoever_is_never_probed_is_not_followed(
    listen: Listen, vantages: Callable[..., Vantage], look_at: LookAt
) -> None:
    from worker.targets.policy import read_policy

    async def answer(reader: Any, writer: Any) -> None:
        await read_request(reader)
        writer.write(
            b"HTTP/1.1 302 Found\r\nlocation: http://Shop.Example./x\r\ncontent-length: 0\r\n\r\n"
        )
        await writer.drain()

    public = await listen(answer, host=PUBLIC)
    asked: list[str] = []

    def lookup(host: str, *_: Any) -> Any:
        asked.append(host)
        raise socket.gaierror(socket.EAI_AGAIN, "no")

    guard = Guard([f"{PUBLIC}/32"], read_policy(never="shop.example"))
    vantage = vantages(guard=guard, resolver=Resolver(lookup))
    outcome = await look_at("http", vantage=vantage, url=f"http://{PUBLIC}:{public.port}/")
    assert (outcome.reason, outcome.blame) == (Reason.BLOCKED, Blame.PROBER)
    assert "never probed" in outcome.detail
    assert asked == []
