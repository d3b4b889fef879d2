"""What servers say before TLS: replies of several lines, and refusals that are no nonsense."""

import asyncio
import ssl
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worker.probes.conftest import Certified, Listen, LookAt, Vantages
from worker.contract.outcome import Blame, Outcome, Reason
from worker.probes.tls.not_started import (
    IMAP_REPLY,
    LDAP_ANSWER,
    POP3_REPLY,
    NotStarted,
    greeting,
    judge,
    reply,
)

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
LDAP = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01%b\x04\x00\x04\x00"


@pytest.fixture
def spoken(
    listen: Listen, look_at: LookAt, vantages: Vantages, certified: Certified, ca_file: str
) -> Any:
    """Look at a server that says these things, each after a word of ours but for the greeting, and
    then TLS, when it comes to that.
    """

    async def look(protocol: str, *said: bytes, then_tls: bool = False) -> Outcome:
        context: ssl.SSLContext = certified("127.0.0.1")

        async def serve(reader: Reader, writer: Writer) -> None:
            for number, words in enumerate(said):
                if number or protocol in ("ldap", "postgres"):
                    await reader.read(512)
                for begin in range(0, len(words), 7):
                    writer.write(words[begin : begin + 7])
                    await writer.drain()
            if then_tls:
                await writer.start_tls(context)
                await reader.read(1)

        port = (await listen(serve)).port
        return await look_at(
            "tcp",
            vantage=vantages(ca_file=ca_file),
            host="127.0.0.1",
            port=port,
            starttls=protocol,
            timeout_ms=3000,
        )

    return look


@pytest.mark.parametrize(
    ("protocol", "said"),
    [
        ("ftp", [b"220-Hello\r\n220-\r\n220 Go\r\n", b"234 AUTH TLS ok\r\n"]),
        ("ftp", [b"220-Hello\r\n 230 indented\r\n\r\n230 other\r\n220 Go\r\n", b"234 ok\r\n"]),
        ("ftp", [b"120 in 5 minutes\r\n220 Go\r\n", b"234 ok\r\n"]),
        (
            "ftp",
            [
                b"120-wait\r\n  a bit\r\n120 so\r\n220-a\r\nb\r\n220 Go\r\n",
                b"234-x\r\ny\r\n234 z\r\n",
            ],
        ),
        ("ftp", [b"220\r\n", b"234\r\n"]),
        ("ftp", [b"220 bare line ends\n", b"234 ok\n"]),
        (
            "smtp",
            [b"220-mx\r\n220 ESMTP\r\n", b"250-mx\r\n250-SIZE\r\n250 starttls\r\n", b"220 go\r\n"],
        ),
        ("smtp", [b"220\r\n", b"250-STARTTLS\r\n250\r\n", b"220\r\n"]),
        ("imap", [b"* ok ready\r\n", b"* CAPABILITY IMAP4rev1\r\nA ok go\r\n"]),
        ("pop3", [b"+OK ready\r\n", b"+OK go\r\n"]),
    ],
)
async def test_a_dialogue_that_leads_to_tls(spoken: Any, protocol: str, said: list[bytes]) -> None:
    outcome = await spoken(protocol, *said, then_tls=True)

    assert outcome.ok, outcome


@pytest.mark.parametrize(
    ("protocol", "said", "reason", "blame"),
    [
        ("smtp", [b"421 mx closing\r\n"], Reason.STATUS, Blame.TARGET),
        ("smtp", [b"421-mx busy\r\n421 later\r\n"], Reason.STATUS, Blame.TARGET),
        ("smtp", [b"450 4.3.2 not now\r\n"], Reason.STATUS, Blame.TARGET),
        ("smtp", [b"554 no SMTP service here\r\n"], Reason.STATUS, Blame.TARGET),
        ("smtp", [b"421 4.7.0 too many from you\r\n"], Reason.RATE_LIMITED, Blame.PROBER),
        ("smtp", [b"554 5.7.1 192.0.2.1 is listed\r\n"], Reason.BLOCKED, Blame.PROBER),
        ("smtp", [b"220 x\r\n", b"502 no EHLO\r\n"], Reason.TLS, Blame.TARGET),
        ("smtp", [b"220 x\r\n", b"250 mx\r\n"], Reason.TLS, Blame.TARGET),
        ("smtp", [b"220 x\r\n", b"421 shutting down\r\n"], Reason.STATUS, Blame.TARGET),
        (
            "smtp",
            [b"220 x\r\n", b"250 STARTTLS\r\n", b"454 not now\r\n"],
            Reason.STATUS,
            Blame.TARGET,
        ),
        ("smtp", [b"HTTP/1.1 400 Bad Request\r\n"], Reason.PROTOCOL, Blame.TARGET),
        ("smtp", [b"220 x\r\n", b"999 odd\r\n"], Reason.PROTOCOL, Blame.TARGET),
        ("ftp", [b"421 too many users\r\n"], Reason.STATUS, Blame.TARGET),
        (
            "ftp",
            [b"530-sorry\r\nall 50 places are taken\r\n530 bye\r\n"],
            Reason.STATUS,
            Blame.TARGET,
        ),
        ("ftp", [b"120 soon\r\n421 after all not\r\n"], Reason.STATUS, Blame.TARGET),
        ("ftp", [b"220 x\r\n", b"500 AUTH what?\r\n"], Reason.TLS, Blame.TARGET),
        ("ftp", [b"220 x\r\n", b"534 policy\r\n"], Reason.TLS, Blame.TARGET),
        ("ftp", [b"220 x\r\n", b"431 not now\r\n"], Reason.STATUS, Blame.TARGET),
        ("ftp", [b"SSH-2.0-x\r\n"], Reason.PROTOCOL, Blame.TARGET),
        ("imap", [b"* BYE too many\r\n"], Reason.STATUS, Blame.TARGET),
        ("imap", [b"* bye\r\n"], Reason.STATUS, Blame.TARGET),
        ("imap", [b"* PREAUTH hello\r\n"], Reason.TLS, Blame.TARGET),
        ("imap", [b"* OK x\r\n", b"a BAD what?\r\n"], Reason.TLS, Blame.TARGET),
        ("imap", [b"* OK x\r\n", b"a NO [UNAVAILABLE]\r\n"], Reason.STATUS, Blame.TARGET),
        ("imap", [b"* OK x\r\n", b"* BYE shutdown\r\n"], Reason.STATUS, Blame.TARGET),
        ("imap", [b"+OK this is pop\r\n"], Reason.PROTOCOL, Blame.TARGET),
        ("pop3", [b"-ERR too many connections\r\n"], Reason.STATUS, Blame.TARGET),
        ("pop3", [b"+OK x\r\n", b"-ERR unknown\r\n"], Reason.TLS, Blame.TARGET),
        ("pop3", [b"+OK x\r\n", b"-ERR [SYS/TEMP] later\r\n"], Reason.STATUS, Blame.TARGET),
        ("pop3", [b"* OK this is imap\r\n"], Reason.PROTOCOL, Blame.TARGET),
        ("postgres", [b"N"], Reason.TLS, Blame.TARGET),
        ("postgres", [b"E\x00\x00\x00\x08SFATAL"], Reason.STATUS, Blame.TARGET),
        ("ldap", [LDAP % b"\x33"], Reason.STATUS, Blame.TARGET),
        ("ldap", [LDAP % b"\x34"], Reason.STATUS, Blame.TARGET),
        ("ldap", [LDAP % b"\x02"], Reason.TLS, Blame.TARGET),
    ],
)
async def test_a_dialogue_that_does_not(
    spoken: Any, protocol: str, said: list[bytes], reason: Reason, blame: Blame
) -> None:
    outcome = await spoken(protocol, *said)

    assert (outcome.reason, outcome.blame) == (reason, blame), outcome
    if reason is Reason.STATUS and protocol in ("smtp", "ftp", "imap"):
        assert "not available: '" in outcome.detail
        assert outcome.detail.rpartition("'")[0].rpartition("'")[2].encode() in said[-1]


@given(st.binary(max_size=80), st.sampled_from([b"", b"5", b"421 4.7.", b"* ", b"-ERR"]))
def test_any_line_is_what_was_hoped_for_or_a_refusal(line: bytes, before: bytes) -> None:
    for meanings in (greeting(b"220"), reply(b"234"), IMAP_REPLY, POP3_REPLY, LDAP_ANSWER):
        with suppress(NotStarted):
            judge(before + line, meanings)
