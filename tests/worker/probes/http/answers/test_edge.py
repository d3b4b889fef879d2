"""Which edge answered, out of the headers of those who say so."""

import pytest

from worker.probes.http.answers.edge import edge_of, extra_of, noted


@pytest.mark.parametrize(
    ("lines", "edge"),
    [
        ([b"CF-RAY: 8f1d3c5a7b9e2f40-FRA\r\n"], "cloudflare FRA"),
        ([b"X-Amz-Cf-Pop: FRA56-P3\r\n"], "cloudfront FRA56-P3"),
        ([b"X-Served-By: cache-iad-kcgs7200158-IAD, cache-fra-eddf8230047-FRA\r\n"], "fastly FRA"),
        ([b"X-Vercel-Id: fra1::iad1::abc-1700000000000-0123456789ab\r\n"], "vercel fra1"),
        ([b"Via: 1.1 google\r\n"], None),
        ([b"cf-ray: 8f1d3c5a7b9e2f40\r\n"], None),
        ([b"X-Served-By: web-7\r\n"], None),
        ([b"Server: x\r\n"], None),
        ([], None),
    ],
)
def test_an_edge_is_a_place(lines: list[bytes], edge: str | None) -> None:
    assert edge_of(noted(lines)) == edge


def test_two_rays_of_one_place_are_one_edge() -> None:
    assert edge_of({"cf-ray": "1-FRA"}) == edge_of({"cf-ray": "2-FRA"})


def test_the_vendors_own_words_are_kept_and_nothing_else() -> None:
    lines = [
        b"HTTP/1.1 200 OK\r\n",
        b"Via: 1.1 varnish\r\n",
        b"cf-ray: 1-FRA\r\n",
        b"Set-Cookie: a=b\r\n",
    ]

    assert extra_of(noted(lines)) == {
        "via": "1.1 varnish",
        "cf-ray": "1-FRA",
        "edge": "cloudflare FRA",
    }


def test_wild_bytes_are_no_headers_of_note() -> None:
    assert noted([b"via: \xff\xfe\r\n", b"cf-ray:\r\n", b"x: cf-ray: 1-FRA\r\n"]) == {}
