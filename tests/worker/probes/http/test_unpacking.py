"""What is packed is unpacked as it comes in, and half of it is not taken for the whole."""

import gzip
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worker.probes.conftest import LookAt, Web
from worker.contract.outcome import Blame, Reason
from worker.probes.http.unpacking import PackedError, unpacker

TEXT = b"all is well, and has been for a long time: " * 50


def raw(data: bytes) -> bytes:
    """Deflate without its frame, as some servers send it."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def twice(data: bytes) -> bytes:
    return gzip.compress(zlib.compress(data), mtime=0)


PACKED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", lambda data: gzip.compress(data, mtime=0)),
    "deflate": ("deflate", zlib.compress),
    "deflate without its frame": ("deflate", raw),
    "both": ("deflate, gzip", twice),
}


@pytest.mark.parametrize(("coding", "pack"), PACKED.values(), ids=PACKED)
async def test_half_of_it_is_a_failure_even_when_its_length_fits(
    web: Web, look_at: LookAt, coding: str, pack: Callable[[bytes], bytes]
) -> None:
    packed, headers = pack(TEXT), {"Content-Encoding": coding}
    whole = await web(packed, headers=headers)
    half = await web(packed[: len(packed) // 2], headers=headers)
    damaged = await web(packed[:20] + b"\xff\x00\xff" + packed[23:], headers=headers)

    well = await look_at("http", url=whole.url(), compressed=True, expect={"min_bytes": len(TEXT)})
    assert well.ok, well
    for server in (half, damaged):
        outcome = await look_at("http", url=server.url(), compressed=True)
        assert (outcome.reason, outcome.blame) == (Reason.PROTOCOL, Blame.TARGET), outcome
        assert "the target does not speak HTTP as it should: the " in outcome.detail
    assert (await look_at("http", url=half.url())).ok  # nobody asked for it, and nobody unpacks it


async def test_a_packed_body_that_is_too_large_is_not_unpacked_to_its_end(
    web: Web, look_at: LookAt
) -> None:
    bomb = await web(gzip.compress(bytes(50 << 20)), headers={"Content-Encoding": "gzip"})

    read = await look_at("http", url=bomb.url(), compressed=True, trace=True)
    judged = await look_at("http", url=bomb.url(), compressed=True, expect={"max_bytes": 9})

    assert read.ok, read
    assert read.trace[-1].what == "body read up to its limit, 1048576 bytes"
    assert judged.detail == "the body is larger than 9 bytes"


@given(
    st.binary(max_size=300),
    st.sampled_from(list(PACKED.values())),
    st.integers(1, 40),
    st.integers(0, 60),
)
def test_it_comes_out_as_it_went_in_and_shows_whether_it_is_whole(
    data: bytes, packed: tuple[str, Callable[[bytes], bytes]], piece: int, missing: int
) -> None:
    coding, pack = packed
    sent = pack(data)
    sent = sent[: max(1, len(sent) - missing)]
    unpack = unpacker(coding)

    out = b"".join(unpack.take(sent[at : at + piece], 1000) for at in range(0, len(sent), piece))

    assert data.startswith(out)
    assert unpack.whole is (missing == 0)
    assert missing or out == data


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=5), st.integers(1, 40))
def test_all_members_of_gzip_are_unpacked(parts: list[bytes], piece: int) -> None:
    sent = b"".join(gzip.compress(part, mtime=0) for part in parts)
    unpack = unpacker("gzip")

    out = b"".join(unpack.take(sent[at : at + piece], 1000) for at in range(0, len(sent), piece))

    assert out == b"".join(parts)
    assert unpack.whole


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_what_follows_the_end_is_passed_over(coding: str) -> None:
    packed = gzip.compress(TEXT) if coding == "gzip" else zlib.compress(TEXT)
    unpack = unpacker(coding)

    out = b"".join(unpack.take(data, 10_000) for data in (packed, b"\0" * 8, b"junk", b"\x1f\x8b"))

    assert out == TEXT
    assert unpack.whole


@given(st.binary(min_size=1, max_size=100), st.sampled_from(["gzip", "deflate", "gzip, deflate"]))
def test_any_bytes_are_unpacked_or_refused(data: bytes, coding: str) -> None:
    unpack = unpacker(coding)
    with suppress(PackedError):
        assert len(unpack.take(data, 1000)) <= 1000
