"""Whatever a target says, at whatever moment, is read or refused, and never an error of ours."""

import asyncio
import ssl
from collections.abc import Callable

import dns.message
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.server import ServerProtocol

from tests.worker.probes.conftest import Listen, LookAt
from worker.contract.outcome import Blame, Outcome, Reason
from worker.probes.kinds.dns.ask import Asked, parsed
from worker.probes.kinds.dns.kind import fault_of
from worker.probes.kinds.dns.params import DnsParams
from worker.probes.kinds.grpc.message import health_status
from worker.probes.kinds.icmp.packet import Version, reply
from worker.probes.look.phases import Phases
from worker.probes.tls.starttls import Protocol

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
NONSENSE = [
    b"",
    b"\x00" * 64,
    b"\xff" * 64,
    bytes(range(256)) * 16,
    b"\r\n" * 200,
    b"220 \r\n250-\r\n" * 50,
    b"0\x84\xff",
]
QUESTION = DnsParams(name="well.test", record="MX")


def answer() -> bytes:
    response = dns.message.make_response(QUESTION.question)
    response.answer.append(
        dns.rrset.from_text("well.test.", 60, "IN", "MX", "10 mail.well.test.", "20 x.well.test.")
    )
    response.additional.append(
        dns.rrset.from_text("x.well.test.", 60, "IN", "HTTPS", "1 . alpn=h2 ipv4hint=192.0.2.1")
    )
    return response.to_wire()


def taken(outcome: Outcome) -> bool:
    """Whether the target was blamed, or at least the path, and not this worker."""
    return (
        not outcome.ok
        and outcome.reason is not Reason.INTERNAL
        and outcome.blame in (Blame.TARGET, Blame.PATH)
    )


@given(
    st.lists(st.tuples(st.integers(0, 150), st.integers(0, 255)), max_size=6), st.integers(0, 160)
)
def test_a_dns_answer_with_other_bytes(changes: list[tuple[int, int]], size: int) -> None:
    data = bytearray(answer())
    for at, byte in changes:
        data[at % len(data)] = byte
    phases = Phases.__new__(Phases)
    phases.ip = "192.0.2.1"

    asked = parsed(QUESTION, bytes(data[:size]), phases)

    assert isinstance(asked, Asked)
    assert asked.answer is not None or asked.fault is not None
    fault_of(QUESTION, asked, given=True)


@given(st.binary(max_size=64))
def test_any_body_instead_of_a_health_response(body: bytes) -> None:
    status = health_status(body)
    framed = health_status(b"\x00" + len(body).to_bytes(4) + body)

    assert status is None or status >= 0
    assert framed is None or framed >= 0


@given(st.binary(max_size=64), st.sampled_from([4, 6]), st.booleans())
def test_any_packet_instead_of_an_echo_reply(data: bytes, version: Version, below_ip: bool) -> None:
    found = reply(version, data, below_ip=below_ip)

    assert found is None or 0 <= found.sequence <= 0xFFFF


@pytest.mark.parametrize("protocol", Protocol.__args__)  # type: ignore[attr-defined]
async def test_in_a_starttls_dialogue(listen: Listen, look_at: LookAt, protocol: str) -> None:
    for nonsense in NONSENSE:

        async def babble(_reader: Reader, writer: Writer, nonsense: bytes = nonsense) -> None:
            writer.write(nonsense)
            await writer.drain()

        port = (await listen(babble)).port

        assert taken(
            await look_at("tcp", host="127.0.0.1", port=port, starttls=protocol, timeout_ms=300)
        )


@pytest.mark.parametrize("nonsense", NONSENSE)
async def test_after_a_websocket_handshake(
    listen: Listen, look_at: LookAt, nonsense: bytes
) -> None:
    async def upgrade(reader: Reader, writer: Writer) -> None:
        protocol = ServerProtocol()
        protocol.receive_data(await reader.readuntil(b"\r\n\r\n"))
        (request,) = protocol.events_received()
        protocol.send_response(protocol.accept(request))  # type: ignore[arg-type]
        writer.write(b"".join(protocol.data_to_send()) + nonsense)
        await writer.drain()

    outcome = await look_at(
        "websocket", url=(await listen(upgrade)).url(scheme="ws"), expect="x", timeout_ms=300
    )

    assert taken(outcome), outcome


@pytest.mark.parametrize("nonsense", NONSENSE)
async def test_inside_tls(
    listen: Listen,
    look_at: LookAt,
    vantages: Callable[..., object],
    certified: Callable[..., ssl.SSLContext],
    ca_file: str,
    nonsense: bytes,
) -> None:
    async def babble(_reader: Reader, writer: Writer) -> None:
        writer.write(nonsense)
        await writer.drain()

    port, vantage = (
        (await listen(babble, ssl=certified("127.0.0.1"))).port,
        vantages(ca_file=ca_file),
    )
    server = {"server": "127.0.0.1", "name": "x.test", "transport": "tls"}

    for kind, params in (
        ("dns", server),
        ("tcp", {"host": "127.0.0.1", "tls": True, "expect": "never"}),
    ):
        assert taken(await look_at(kind, vantage=vantage, port=port, timeout_ms=300, **params))
