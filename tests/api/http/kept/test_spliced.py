"""Packed answers that begin for one caller and go on as all others."""

import gzip
from collections.abc import Callable, Mapping

import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from api.http.kept.spliced import MOST, rest_of

PACK: Mapping[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": lambda body: gzip.compress(body, 5, mtime=0),
    "zstd": lambda body: bytes(zstd.compress(body, 3)),
}
UNPACK: Mapping[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": gzip.decompress,
    "zstd": lambda body: bytes(zstd.decompress(body)),
}
RESTS = st.one_of(
    st.binary(max_size=300),
    st.tuples(st.binary(min_size=1, max_size=40), st.integers(1, 400)).map(lambda p: p[0] * p[1]),
)


@pytest.mark.parametrize("coding", PACK)
@given(first=st.binary(max_size=80), begin=st.binary(max_size=80), rest=RESTS)
def test_whoever_unpacks_it_reads_the_beginning_and_the_rest(
    coding: str, first: bytes, begin: bytes, rest: bytes
) -> None:
    told = rest_of(coding, PACK[coding](first + rest), first)
    assert told is not None
    assert UNPACK[coding](told.after(begin)) == begin + rest
    assert UNPACK[coding](told.after(first)) == first + rest


@pytest.mark.parametrize("coding", PACK)
def test_what_begins_otherwise_is_left_whole(coding: str) -> None:
    assert rest_of(coding, PACK[coding](b'{"address":"a"}'), b'{"address":"b"') is None


def test_what_is_packed_otherwise_or_long_is_left_whole() -> None:
    assert rest_of("br", b"whatever", b"") is None
    assert rest_of("gzip", PACK["gzip"](bytes(MOST + 1)), b"") is None


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_long_rest_is_many_blocks(coding: str) -> None:
    rest = b"".join(b"%d," % (n * n) for n in range(12_000))[: MOST - 10]
    told = rest_of(coding, PACK[coding](b"{" + rest), b"{")
    assert told is not None
    packed = told.after(b'{"address":"127.0.0.1",')
    assert UNPACK[coding](packed) == b'{"address":"127.0.0.1",' + rest
    assert len(packed) < len(PACK[coding](rest)) + 60
