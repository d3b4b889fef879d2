"""Whatever is asked, the answer is a document or a problem, never a crash."""

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.http.answers.errors import MEDIA_TYPE, PROBLEMS, ProblemError
from coordinator.store import Store
from coordinator.store.paging import cursor_of

LISTS = ("/v1/results", "/v1/incidents", "/v1/gaps", "/v1/exports/results")


def is_problem(answer: httpx.Response, status: int, code: str) -> bool:
    """Whether the answer is this problem, whole and under its media type."""
    body = answer.json()
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert body["type"] == f"urn:outscope:problem:{body['code']}"
    assert {"title", "detail", "instance"} <= body.keys()
    return (answer.status_code, body["status"], body["code"]) == (status, status, code)


async def test_an_unknown_address_is_a_problem(api: httpx.AsyncClient) -> None:
    for path in (
        "/nothing",
        "/v2/services",
        "/redoc",
        "/v1/services/claude/nothing",
    ):
        assert is_problem(await api.get(path), 404, "not_found")


async def test_a_wrong_method_is_a_problem_and_names_the_right_one(api: httpx.AsyncClient) -> None:
    for path in ("/v1/services", "/v1/results", "/", "/metrics"):
        for method in ("POST", "DELETE", "PUT", "NONSENSE"):
            answer = await api.request(method, path)
            assert is_problem(answer, 405, "method_not_allowed")
            assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/v1/results?limit=0", "limit"),
        ("/v1/results?limit=1001", "limit"),
        ("/v1/results?limit=99999999999999999999999", "limit"),
        ("/v1/results?limit=many", "limit"),
        ("/v1/results?ok=perhaps", "ok"),
        ("/v1/results?reason=bad_luck", "reason"),
        ("/v1/results?since=yesterday", "since"),
        ("/v1/results?until=2026-03-01T14:32:07", "until"),
        ("/v1/results?since=2026-03-01T14:32:07+02:00", "since"),
        ("/v1/results?service=Not%20An%20Id", "service"),
        ("/v1/results?region=%00", "region"),
        (f"/v1/results?worker={'x' * 5000}", "worker"),
        ("/v1/incidents?open=maybe", "open"),
        ("/v1/gaps?since=999999999w", "since"),
        ("/v1/exports/results?format=xml", "format"),
        ("/v1/exports/results?compression=rar", "compression"),
        ("/v1/results?servce=claude", "servce"),
        ("/v1/services?id=claude", "id"),
    ],
)
async def test_a_wrong_parameter_is_named(
    api: httpx.AsyncClient, path: str, parameter: str
) -> None:
    answer = await api.get(path)
    assert is_problem(answer, 422, "invalid_parameter")
    assert [mistake["parameter"] for mistake in answer.json()["errors"]] == [parameter]
    assert answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "====",
        "%F0%9F%98%80",
        cursor_of(2**63, "a"),
        cursor_of(-(10**30), "a"),
        cursor_of(1, "a\0b"),
        cursor_of(1, "ü"),
    ],
)
async def test_a_cursor_that_was_not_given_out_is_refused(
    api: httpx.AsyncClient, cursor: str
) -> None:
    for path in ("/v1/results", "/v1/incidents"):
        assert is_problem(await api.get(f"{path}?cursor={cursor}"), 400, "bad_cursor")


_WEIRD = st.one_of(
    st.text(max_size=60),
    st.integers().map(str),
    st.tuples(st.integers(), st.text(max_size=8)).map(
        lambda pair: cursor_of(pair[0], pair[1].encode("utf-8", "replace").decode())
    ),
    st.sampled_from(
        [
            "",
            "null",
            "true",
            "0",
            "-1",
            "1e9",
            "NaN",
            "10m",
            "9999-12-31T23:59:59-23:59",
            "\x00",
            "'",
            "%",
        ]
    ),
)
_PARAMETERS = st.sampled_from(
    [
        "service",
        "component",
        "region",
        "worker",
        "check",
        "reason",
        "ok",
        "since",
        "until",
        "cursor",
        "limit",
        "open",
        "format",
        "compression",
    ]
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(path=st.sampled_from(LISTS), query=st.dictionaries(_PARAMETERS, _WEIRD, max_size=4))
async def test_any_query_is_answered_or_refused(
    configured: Store, api: httpx.AsyncClient, path: str, query: dict[str, Any]
) -> None:
    answer = await api.get(path, params=query)
    assert answer.status_code in (200, 400, 422), answer.text
    if answer.status_code != 200:
        assert answer.json()["code"] in ("bad_cursor", "invalid_parameter")


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    path=st.sampled_from(
        ["/v1/services/{}", "/v1/services/{}/matrix", "/v1/incidents/{}", "/web/{}"]
    ),
    name=_WEIRD,
)
async def test_any_id_is_answered_or_not_found(
    configured: Store, api: httpx.AsyncClient, path: str, name: str
) -> None:
    address = httpx.URL("http://localhost").copy_with(raw_path=path.format(_quoted(name)).encode())
    answer = await api.get(address)
    assert answer.status_code in (200, 404, 307), answer.text


def _quoted(name: str) -> str:
    return "".join(f"%{byte:02X}" for byte in name.encode("utf-8", "replace"))


def test_every_code_has_a_status_of_an_error_and_a_title() -> None:
    assert all(400 <= entry.status < 600 and entry.title for entry in PROBLEMS.values())
    assert str(ProblemError("internal", "why")) == "why"
