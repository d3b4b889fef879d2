"""Answers that are none, in every way and at every moment: each has the reason, the blame and the
words of what was wrong with it, and none is an error of ours.
"""

import random
import ssl
from collections.abc import Callable

import pytest

from tests.worker.probes.conftest import Certified, Listen, LookAt
from tests.worker.probes.raw_server import SETTINGS, Ending, frame, http2, raw_server
from worker.contract.outcome import Blame, Outcome, Reason
from worker.probes.run import Vantage

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
HEADERS = frame(1, 4, 1, b"\x88")
SEED = 20_260_423
MUTANTS = 60

NONSENSE = {
    "a header line of 130 kB": (OK + b"X: " + b"a" * 130_000 + b"\r\n\r\n", "larger than any"),
    "350 kB of headers": (
        OK + b"".join(b"X%d: " % n + b"a" * 1000 + b"\r\n" for n in range(350)) + b"\r\n",
        "Too large response headers",
    ),
    "5,500 header lines": (
        OK + b"".join(b"X%d: a\r\n" % n for n in range(5500)) + b"\r\n",
        "larger than any client takes: Too many response headers",
    ),
    "interim answers without end": (b"HTTP/1.1 103 E\r\nA: b\r\n\r\n" * 6000, "larger than any"),
    "a trailer of 200 kB": (CHUNKED + b"0\r\nX: " + b"a" * 200_000, "larger than any client"),
    "a size that is no number": (CHUNKED + b"zero\r\nhello\r\n", "not a hex digit"),
    "a size below zero": (CHUNKED + b"-5\r\nhello\r\n", "not a hex digit"),
    "a size beyond all": (CHUNKED + b"f" * 30 + b"\r\nhello\r\n", "hex-length longer than"),
    "more than a chunk announces": (CHUNKED + b"2\r\nhello\r\n0\r\n\r\n", "Malformed encoding"),
    "two lengths": (OK + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\nhello", "Content-Length"),
    "a length that is none": (OK + b"Content-Length: three\r\n\r\nhello", "Content-Length"),
    "a header without a colon": (OK + b"nonsense\r\n\r\n", "Header without colon"),
    "a zero byte in a header": (OK + b"A: b\0c\r\n\r\n", "NUL byte in header"),
    "a version from tomorrow": (b"HTTP/7.7 200 OK\r\n\r\n", "Unsupported HTTP version"),
    "a status that is none": (b"HTTP/1.1 abc OK\r\n\r\n", "Unsupported HTTP"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/0.9"),
    "another protocol": (b"HTTP/1.1 101 Go\r\nUpgrade: x\r\n\r\n", "which nobody asked for (101)"),
    "a status of four digits": (
        b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
        "the status b",
    ),
    "an interim one of four": (b"HTTP/1.1 1000 Go\r\nContent-Length: 0\r\n\r\n", "the status b"),
    "a length beyond all": (
        OK + b"Content-Length: 1180591620717411303424\r\n\r\nhi",
        "more than any answer has",
    ),
    "two places to go": (
        b"HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: /b\r\n\r\n",
        "Multiple Location",
    ),
    "a place with a zero byte": (b"HTTP/1.1 302 Found\r\nLocation: /\0\r\n\r\n", "NUL byte"),
    "a coding that is none": (OK + b"Transfer-Encoding: pigeon\r\n\r\nhello", "pigeon"),
}
CUT = "the connection ended in the middle of the answer"
SILENT = "the target closed the connection without an answer"
RESET = "the connection was reset"
HALVES = {
    "nothing": b"",
    "half a head": OK + b"A: b\r\n",
    "half a body": OK + b"Content-Length: 9\r\n\r\nhalf",
    "half a chunk": CHUNKED + b"9\r\nhalf",
    "chunks without the last": CHUNKED + b"4\r\nhalf\r\n",
    "an interim answer": b"HTTP/1.1 100 Continue\r\n\r\n",
}
ENDLESS = OK + b"A: b\r\n\r\nall of it, or half"
HTTP_2 = {
    "not HTTP/2": (b"HTTP/1.1 200 OK\r\n\r\n", "does not speak HTTP as it should: Remote peer"),
    "settings of a wrong size": (frame(4, 0, 0, b"abc"), "FRAME_SIZE_ERROR"),
    "a frame that is too large": (SETTINGS + b"\xff\xff\xff" + b"a" * 200, "FRAME_SIZE_ERROR"),
    "data before a head": (SETTINGS + frame(0, 1, 1, b"abc"), "PROTOCOL_ERROR"),
    "a head that cannot be unpacked": (SETTINGS + frame(1, 4, 1, b"\xff" * 9), "COMPRESSION_ERROR"),
    "a head without a status": (SETTINGS + frame(1, 5, 1, b"\x00\x01a\x01b"), "invalid frame"),
    "more than the length": (
        SETTINGS + frame(1, 4, 1, b"\x88\x0f\x0d\x013") + frame(0, 1, 1, b"hello"),
        "invalid frame",
    ),
    "less than the length": (
        SETTINGS + frame(1, 4, 1, b"\x88\x0f\x0d\x019") + frame(0, 1, 1, b"half"),
        "invalid frame",
    ),
}


def told(outcome: Outcome) -> tuple[Reason, Blame]:
    return outcome.reason, outcome.blame


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
@pytest.mark.parametrize("ending", ["goodbye", "hold"])
async def test_nonsense_is_told_as_what_it_is(
    listen: Listen, look_at: LookAt, answer: tuple[bytes, str], ending: Ending
) -> None:
    sent, words = answer
    server = await raw_server(listen, sent, ending=ending)

    outcome = await look_at("http", url=server.url(), timeout_ms=1500)

    if ending == "hold" and "101" in words:
        assert told(outcome) == (Reason.TIMEOUT, Blame.TARGET)
        return
    assert told(outcome) == (Reason.PROTOCOL, Blame.TARGET), outcome
    assert words in outcome.detail
    assert "memory" not in outcome.detail.replace("Out of memory in chunked", "")


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
@pytest.mark.parametrize("ending", ["goodbye", "close", "reset"])
@pytest.mark.parametrize("encrypted", [False, True])
async def test_an_end_in_the_middle_is_the_same_with_and_without_tls(
    listen: Listen,
    look_at: LookAt,
    certified: Certified,
    half: bytes,
    ending: Ending,
    encrypted: bool,
) -> None:
    tls = certified("127.0.0.1") if encrypted else None
    server = await raw_server(listen, half, ending=ending, tls=tls)

    outcome = await look_at(
        "http", url=server.url(scheme="https" if encrypted else "http"), verify=False
    )

    if ending == "reset":
        assert (*told(outcome), outcome.detail) == (Reason.RESET, Blame.PATH, RESET)
    elif not half or b" 100 " in half:
        assert told(outcome) == (Reason.RESET, Blame.TARGET), outcome
        assert outcome.detail.startswith(SILENT)
        assert ("only an interim one came (100)" in outcome.detail) is bool(half)
    else:
        assert (*told(outcome), outcome.detail) == (Reason.RESET, Blame.PATH, CUT)


async def test_an_answer_that_ends_with_tls_needs_its_goodbye(
    listen: Listen, look_at: LookAt, certified: Certified
) -> None:
    said = {}
    for ending in ("goodbye", "close", "reset"):
        server = await raw_server(listen, ENDLESS, ending=ending, tls=certified("127.0.0.1"))
        said[ending] = await look_at("http", url=server.url(scheme="https"), verify=False)

    assert said["goodbye"].ok
    assert told(said["close"]) == (Reason.PROTOCOL, Blame.TARGET)
    assert "without its goodbye (close_notify)" in said["close"].detail
    assert told(said["reset"]) == (Reason.RESET, Blame.PATH)


@pytest.mark.parametrize("answer", HTTP_2.values(), ids=HTTP_2)
@pytest.mark.parametrize("ending", ["goodbye", "hold"])
async def test_nonsense_over_http2_is_told_as_what_it_is(
    listen: Listen,
    look_at: LookAt,
    certified: Certified,
    answer: tuple[bytes, str],
    ending: Ending,
) -> None:
    sent, words = answer
    server = await raw_server(listen, sent, ending=ending, tls=http2(certified("127.0.0.1")))

    outcome = await look_at("http", url=server.url(scheme="https"), verify=False, timeout_ms=700)

    assert told(outcome) == (Reason.PROTOCOL, Blame.TARGET), outcome
    assert words in outcome.detail


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (
            SETTINGS + frame(3, 0, 1, b"\0\0\0\2"),
            "reset the stream of the answer: HTTP/2 stream 1",
        ),
        (SETTINGS + HEADERS + frame(3, 0, 1, b"\0\0\0\x08"), "reset the stream of the answer"),
        (
            SETTINGS + HEADERS + frame(0, 0, 1, b"half") + frame(3, 0, 1, b"\0\0\0\7"),
            "reset the stream of the answer",
        ),
        (SETTINGS + frame(7, 0, 0, b"\0\0\0\0\0\0\0\1"), "gave the connection up (GOAWAY)"),
        (b"", SILENT),
        (SETTINGS, SILENT),
        (SETTINGS + frame(7, 0, 0, b"\0\0\0\1\0\0\0\2"), SILENT),
    ],
)
async def test_a_target_that_ends_a_stream_over_http2_reset_it(
    listen: Listen, look_at: LookAt, certified: Certified, sent: bytes, words: str
) -> None:
    server = await raw_server(listen, sent, tls=http2(certified("127.0.0.1")))

    outcome = await look_at("http", url=server.url(scheme="https"), verify=False)

    assert told(outcome) == (Reason.RESET, Blame.TARGET), outcome
    assert words in outcome.detail


@pytest.mark.parametrize("ending", ["goodbye", "close"])
async def test_half_an_answer_over_http2_ends_in_the_middle(
    listen: Listen, look_at: LookAt, certified: Certified, ending: Ending
) -> None:
    tls = http2(certified("127.0.0.1"))
    sent = SETTINGS + HEADERS + frame(0, 0, 1, b"half")
    server = await raw_server(listen, sent, tls=tls, ending=ending)

    outcome = await look_at("http", url=server.url(scheme="https"), verify=False)

    assert (*told(outcome), outcome.detail) == (Reason.RESET, Blame.PATH, CUT)


@pytest.mark.parametrize(
    "sent",
    [frame(3, 0, 1, b"\0\0\0\x0b"), frame(7, 0, 0, b"\0\0\0\0\0\0\0\x0btoo_many_pings")],
    ids=["stream", "connection"],
)
async def test_a_target_that_wants_us_to_be_calm_over_http2_limits_us(
    listen: Listen, look_at: LookAt, certified: Certified, sent: bytes
) -> None:
    server = await raw_server(listen, SETTINGS + sent, tls=http2(certified("127.0.0.1")))

    outcome = await look_at("http", url=server.url(scheme="https"), verify=False)

    assert told(outcome) == (Reason.RATE_LIMITED, Blame.PROBER), outcome
    assert "we ask too much" in outcome.detail


@pytest.mark.parametrize("ending", ["goodbye", "reset"])
async def test_a_handshake_that_is_broken_off_is_told_as_one(
    listen: Listen, look_at: LookAt, ending: Ending
) -> None:
    server = await raw_server(listen, ending=ending)

    outcome = await look_at("http", url=server.url(scheme="https"))

    assert outcome.reason is Reason.RESET
    assert outcome.blame is (Blame.PATH if ending == "reset" else Blame.TARGET)
    assert outcome.detail.endswith("during the TLS handshake")


async def test_waiting_for_a_handshake_is_told_as_that(listen: Listen, look_at: LookAt) -> None:
    server = await raw_server(listen, ending="hold")

    outcome = await look_at("http", url=server.url(scheme="https"), timeout_ms=300)

    assert told(outcome) == (Reason.TIMEOUT, Blame.TARGET)
    assert outcome.detail == "connected, but no TLS handshake within 300 ms"


def mutants(*originals: bytes) -> list[bytes]:
    """Originals in which bytes are other ones, missing, doubled, or in another place."""
    dice = random.Random(SEED)
    found = []
    for _ in range(MUTANTS):
        data = bytearray(dice.choice(originals))
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(len(data) + 1)
            change = dice.randrange(4)
            if change == 0 and at < len(data):
                data[at] = dice.randrange(256)
            elif change == 1:
                data[at:at] = dice.randbytes(dice.randint(1, 9))
            elif change == 2:
                del data[at : at + dice.randint(1, 9)]
            else:
                data[at:at] = data[at : at + dice.randint(1, 40)]
        found.append(bytes(data))
    return found


PLAIN = (
    OK + b"Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello",
    CHUNKED + b"5\r\nhello\r\n3;a=b\r\nyou\r\n0\r\nTrailer: x\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nme",
    b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n",
    OK + b"Content-Encoding: gzip\r\nContent-Length: 25\r\n\r\n"
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xcbH\xcd\xc9\xc9\x07\x00\x86\xa6\x106\x05\x00\x00\x00",
)
FRAMES = (
    SETTINGS + frame(4, 1, 0) + HEADERS + frame(0, 1, 1, b"hello"),
    SETTINGS + frame(6, 0, 0, b"12345678") + HEADERS + frame(8, 0, 1, b"\0\0\1\0"),
    SETTINGS + HEADERS + frame(7, 0, 0, b"\0\0\0\1\0\0\0\0") + frame(0, 1, 1, b"hello"),
    SETTINGS + HEADERS + frame(3, 0, 1, b"\0\0\0\x08"),
    SETTINGS + frame(1, 0, 1, b"\x88") + frame(9, 4, 1, b"\x40\x01a\x01b") + frame(0, 1, 1),
)


@pytest.mark.parametrize("over", ["HTTP/1", "TLS", "HTTP/2", "no TLS"])
async def test_no_mutant_is_an_error_of_ours(
    listen: Listen,
    look_at: LookAt,
    certified: Callable[..., ssl.SSLContext],
    vantages: Callable[..., Vantage],
    caplog: pytest.LogCaptureFixture,
    over: str,
) -> None:
    tls = None if over in ("HTTP/1", "no TLS") else certified("127.0.0.1")
    if tls is not None and over == "HTTP/2":
        http2(tls)
    scheme = "http" if over == "HTTP/1" else "https"
    endings: tuple[Ending, ...] = ("goodbye", "close", "reset")
    for number, mutant in enumerate(mutants(*(FRAMES if over == "HTTP/2" else PLAIN))):
        server = await raw_server(listen, mutant, ending=endings[number % 3], tls=tls)

        outcome = await look_at(
            "http", url=server.url(scheme=scheme), verify=False, compressed=True, timeout_ms=400
        )

        assert outcome.reason is not Reason.INTERNAL, (mutant, outcome)
        assert outcome.ok or outcome.blame in (Blame.TARGET, Blame.PATH), (mutant, outcome)
    assert "look_failed" not in caplog.text
