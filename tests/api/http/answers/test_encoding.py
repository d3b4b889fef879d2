"""Bytes and their ETags."""

import pytest
from starlette.requests import Request

from api.http.answers.encoding import answer, document


def request_with(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw})


def test_equal_values_have_equal_etags_and_others_have_not() -> None:
    assert document({"a": 1}).etag == document({"a": 1}).etag != document({"a": 2}).etag


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_a_client_that_holds_the_bytes_gets_304_without_them(form: str) -> None:
    found = document({"a": 1})
    response = answer(request_with(if_none_match=form.format(found.etag)), found)
    assert (response.status_code, bytes(response.body), response.headers["etag"]) == (
        304,
        b"",
        found.etag,
    )


@pytest.mark.parametrize("held", ["", '"other"', "nonsense"])
def test_a_client_that_holds_others_gets_the_bytes(held: str) -> None:
    response = answer(request_with(if_none_match=held), document({"a": 1}))
    assert (response.status_code, bytes(response.body)) == (200, b'{"a":1}')
