"""The tcp kind, when something is said: texts, TLS from the first byte, and STARTTLS as each
protocol does it.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable

import pytest

from tests.worker.probes.conftest import Listen, LookAt, silence
from worker.contract.outcome import Blame, Reason
from worker.probes.kinds.tcp import TcpParams
from worker.probes.run import Vantage

Certified = Callable[..., ssl.SSLContext]
Vantages = Callable[..., Vantage]
Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
Dialogue = Callable[[Reader, Writer], Awaitable[None]]


async def ping(reader: Reader, writer: Writer) -> None:
    """Answers as Redis does, in two pieces."""
    if await reader.readline() == b"PING\r\n":
        for piece in (b"+PO", b"NG\r\n"):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.02)


async def echo(reader: Reader, writer: Writer) -> None:
    writer.write(b"you said " + await reader.read(100))
    await writer.drain()


@pytest.mark.parametrize(
    "expected",
    [
        {"expect": "+PONG"},
        {"expect_regex": r"^\+P.NG\r\n"},
        {"expect": "PO", "expect_regex": r"NG\s"},
        {},
    ],
)
async def test_the_expected_answer_is_well(
    listen: Listen, look_at: LookAt, expected: dict[str, str]
) -> None:
    server = await listen(ping)

    outcome = await look_at("tcp", host="127.0.0.1", port=server.port, send="PING\r\n", **expected)

    assert outcome.ok, outcome
    assert outcome.ttfb_ms is not None
    assert outcome.total_ms == pytest.approx((outcome.connect_ms or 0) + outcome.ttfb_ms, abs=0.01)
    assert outcome.ttfb_ms > 15 or not expected  # the second piece was waited for


async def test_another_answer_is_a_failure_that_shows_it(listen: Listen, look_at: LookAt) -> None:
    outcome = await look_at(
        "tcp",
        host="127.0.0.1",
        port=(await listen(echo)).port,
        send="hello",
        expect="welcome",
        timeout_ms=500,
    )

    assert (outcome.reason, outcome.blame) == (Reason.CONTENT, Blame.TARGET)
    assert "you said hello" in outcome.detail


async def test_a_secret_is_sent_and_shown_nowhere(
    listen: Listen, look_at: LookAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_WORD", "hush-hush")
    port, send = (await listen(echo)).port, "AUTH ${env:OUTSCOPE_SECRET_WORD}\r\n"

    well = await look_at(
        "tcp", host="127.0.0.1", port=port, send=send, expect="hush-hush", trace=True
    )
    badly = await look_at("tcp", host="127.0.0.1", port=port, send=send, expect="welcome")

    assert well.ok
    assert badly.reason is Reason.CONTENT
    assert "hush" not in f"{well}{badly}"


async def test_a_secret_that_this_worker_does_not_have_is_our_fault(
    listen: Listen, look_at: LookAt
) -> None:
    port = (await listen(echo)).port

    outcome = await look_at("tcp", host="127.0.0.1", port=port, send="${env:OUTSCOPE_SECRET_NONE}")

    assert (outcome.reason, outcome.blame) == (Reason.INTERNAL, Blame.PROBER)


@pytest.mark.parametrize(
    ("server", "reason", "words"),
    [(silence, Reason.TIMEOUT, "no answer"), ("closing", Reason.RESET, "without an answer")],
)
async def test_no_answer_is_the_targets_fault(
    listen: Listen, look_at: LookAt, server: Dialogue | str, reason: Reason, words: str
) -> None:
    async def closing(reader: Reader, _writer: Writer) -> None:
        await reader.read(100)

    port = (await listen(closing if isinstance(server, str) else server)).port

    outcome = await look_at(
        "tcp", host="127.0.0.1", port=port, send="hello", expect="welcome", timeout_ms=200
    )

    assert (outcome.reason, outcome.blame) == (reason, Blame.TARGET)
    assert words in outcome.detail


async def test_no_more_is_read_than_the_limit(listen: Listen, look_at: LookAt) -> None:
    async def flood(_reader: Reader, writer: Writer) -> None:
        for _ in range(1000):
            writer.write(b"x" * 1000)
            await writer.drain()
        writer.write(b"well")

    port = (await listen(flood)).port

    outcome = await look_at(
        "tcp", host="127.0.0.1", port=port, expect="well", answer_limit=2000, timeout_ms=2000
    )

    assert (outcome.reason, outcome.blame) == (Reason.CONTENT, Blame.PROBER)
    assert "raise answer_limit" in outcome.detail
    assert (outcome.total_ms or 0) < 1000


async def test_texts_go_over_tls(
    listen: Listen, look_at: LookAt, vantages: Vantages, certified: Certified, ca_file: str
) -> None:
    server, vantage = await listen(ping, ssl=certified("redis.test")), vantages(ca_file=ca_file)
    params = {
        "host": "127.0.0.1",
        "port": server.port,
        "tls": True,
        "send": "PING\r\n",
        "expect": "+PONG",
    }

    well = await look_at("tcp", vantage=vantage, server_name="redis.test", **params)
    badly = await look_at("tcp", vantage=vantage, **params)

    assert well.ok, well
    assert well.extra["protocol"] == "TLSv1.3"
    phases = [well.connect_ms or 0, well.tls_ms or 0, well.ttfb_ms or 0]
    assert min(phases) > 0
    assert well.total_ms == pytest.approx(sum(phases), abs=0.01)
    assert (badly.reason, badly.blame) == (Reason.TLS, Blame.TARGET)


async def smtp(reader: Reader, writer: Writer) -> None:
    writer.write(b"220-welcome\r\n220 mail.test ESMTP\r\n")
    assert (await reader.readline()).startswith(b"EHLO ")
    writer.write(b"250-mail.test\r\n250-SIZE 1000\r\n250 STARTTLS\r\n")
    assert await reader.readline() == b"STARTTLS\r\n"
    writer.write(b"220 go on\r\n")


async def imap(reader: Reader, writer: Writer) -> None:
    writer.write(b"* OK IMAP4rev2 ready\r\n")
    tag, word = (await reader.readline()).split()
    assert word == b"STARTTLS"
    writer.write(b"* CAPABILITY IMAP4rev2\r\n" + tag + b" OK go on\r\n")


async def pop3(reader: Reader, writer: Writer) -> None:
    writer.write(b"+OK ready\r\n")
    assert await reader.readline() == b"STLS\r\n"
    writer.write(b"+OK go on\r\n")


async def ftp(reader: Reader, writer: Writer) -> None:
    writer.write(b"220 ready\r\n")
    assert await reader.readline() == b"AUTH TLS\r\n"
    writer.write(b"234 go on\r\n")


async def postgres(reader: Reader, writer: Writer) -> None:
    assert await reader.readexactly(8) == bytes.fromhex("00000008 04d2162f")
    writer.write(b"S")


async def ldap(reader: Reader, writer: Writer) -> None:
    request = await reader.readexactly(31)
    assert request.endswith(b"1.3.6.1.4.1.1466.20037")
    writer.write(bytes.fromhex("300c 020101 7807 0a0100 0400 0400"))


DIALOGUES: dict[str, Dialogue] = {
    "smtp": smtp,
    "imap": imap,
    "pop3": pop3,
    "ftp": ftp,
    "postgres": postgres,
    "ldap": ldap,
}


@pytest.mark.parametrize("protocol", DIALOGUES)
async def test_starttls_leads_to_a_certificate_that_is_judged(
    listen: Listen,
    look_at: LookAt,
    vantages: Vantages,
    certified: Certified,
    ca_file: str,
    protocol: str,
) -> None:
    context = certified("mail.test")

    async def upgrade(reader: Reader, writer: Writer) -> None:
        await DIALOGUES[protocol](reader, writer)
        await writer.drain()
        await writer.start_tls(context)
        writer.write(b"hello in secret")
        await writer.drain()
        await reader.read(1)

    port, vantage = (await listen(upgrade)).port, vantages(ca_file=ca_file)
    params = {"host": "127.0.0.1", "port": port, "starttls": protocol}

    well = await look_at(
        "tcp", vantage=vantage, server_name="mail.test", expect="in secret", **params
    )
    badly = await look_at("tcp", vantage=vantage, server_name="other.test", **params)

    assert well.ok, well
    assert well.extra["chain"]
    assert (badly.reason, badly.blame) == (Reason.TLS, Blame.TARGET)
    assert "it is not for other.test, but for mail.test" in badly.detail
    assert badly.extra["chain"]


@pytest.mark.parametrize(
    ("protocol", "said", "words"),
    [
        ("smtp", b"220 x\r\n250 SIZE 9\r\n", "does not offer TLS"),
        ("smtp", b"554 go away\r\n", "554 go away"),
        ("imap", b"* OK x\r\na BAD what\r\n", "a BAD what"),
        ("pop3", b"-ERR busy\r\n", "-ERR busy"),
        ("postgres", b"N", "does not offer TLS"),
        ("postgres", b"Sselect 1", "more in the clear"),
        ("ldap", bytes.fromhex("300c 020101 7807 0a0102 0400 0400"), "does not offer TLS"),
        ("ldap", b"HTTP/1.1 400 Bad Request\r\n", "no LDAP message"),
    ],
)
async def test_a_dialogue_that_does_not_lead_to_tls_says_how_it_ended(
    listen: Listen, look_at: LookAt, protocol: str, said: bytes, words: str
) -> None:
    async def say(reader: Reader, writer: Writer) -> None:
        writer.write(said)
        await writer.drain()
        await reader.read()

    outcome = await look_at(
        "tcp", host="127.0.0.1", port=(await listen(say)).port, starttls=protocol, timeout_ms=1000
    )

    assert not outcome.ok
    assert outcome.reason in (Reason.TLS, Reason.PROTOCOL, Reason.STATUS)
    assert outcome.blame is Blame.TARGET
    assert words in outcome.detail


async def test_a_dialogue_longer_than_a_worker_reads_is_its_own_limit(
    listen: Listen, look_at: LookAt
) -> None:
    async def say(_reader: Reader, writer: Writer) -> None:
        writer.write(b"220 " + b"x" * 300_000)
        await writer.drain()

    outcome = await look_at("tcp", host="127.0.0.1", port=(await listen(say)).port, starttls="smtp")

    assert (outcome.reason, outcome.blame) == (Reason.CONTENT, Blame.PROBER), outcome
    assert "256 KiB" in outcome.detail


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"tls": True, "starttls": "smtp"}, "not both"),
        ({"min_days": 3}, "min_days"),
        ({"server_name": "x"}, "server_name"),
        ({"expect_regex": "("}, "regular expression"),
        ({"starttls": "gopher"}, "starttls"),
    ],
)
def test_what_means_nothing_is_refused(params: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TcpParams.model_validate({"host": "x", "port": 1, **params})
