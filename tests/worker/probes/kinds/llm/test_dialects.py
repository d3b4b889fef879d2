"""Whatever an API says, it is read, or it is said to make no sense."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.contract.outcome import Blame, Reason
from worker.probes.kinds.llm.dialects.api_error import error_in, error_of, fault_of
from worker.probes.kinds.llm.dialects.dialect import MalformedError, Telling
from worker.probes.kinds.llm.dialects.events import Event
from worker.probes.kinds.llm.params import DIALECTS, Api
from worker.probes.kinds.llm.reading import read

KEYS = [
    *(
        "type",
        "message",
        "usage",
        "input_tokens",
        "output_tokens",
        "delta",
        "text",
        "stop_reason",
        "error",
        "code",
    ),
    *(
        "status",
        "choices",
        "content",
        "finish_reason",
        "model",
        "response",
        "candidates",
        "parts",
        "usageMetadata",
    ),
    *("promptTokenCount", "details", "reason", "modelVersion"),
]
TYPES = [
    "message_start",
    "content_block_delta",
    "message_delta",
    "error",
    "response.completed",
    "response.failed",
]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(TYPES)
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=15,
)


@given(ANYTHING, st.sampled_from(sorted(DIALECTS)))
def test_any_event_is_read_or_refused(document: Any, api: Api) -> None:
    try:
        told = DIALECTS[api].read("", json.dumps(document))
    except MalformedError:
        return
    assert isinstance(told, Telling)
    reading = read(
        DIALECTS[api], [Event(1.0, "", json.dumps(document)), Event(9.0, "", json.dumps(document))]
    )
    json.dumps(reading.to_extra(), allow_nan=False)


@pytest.mark.parametrize(
    "data", ["", "null", "[", "[" * 100_000, "9" * 5000, '"x"', "[DONE", "nan"]
)
@pytest.mark.parametrize("api", DIALECTS)
def test_what_is_no_object_is_refused(api: Api, data: str) -> None:
    with pytest.raises(MalformedError):
        DIALECTS[api].read("", data)


@given(ANYTHING, st.sampled_from([400, 401, 402, 403, 404, 409, 418, 429, 500, 503, 529]))
def test_any_error_is_somebodys(document: Any, status: int) -> None:
    reason, blame, sentence = fault_of(
        status, error_of(json.dumps(document).encode()), "m", "secret-key"
    )

    assert reason not in (Reason.OK, Reason.LATE)
    assert blame in (Blame.TARGET, Blame.PROBER)
    assert sentence
    if status >= 500:
        assert blame is Blame.TARGET


@pytest.mark.parametrize(
    ("document", "names", "status"),
    [
        (
            {"type": "error", "error": {"type": "overloaded_error", "message": "x"}},
            ("overloaded_error",),
            529,
        ),
        ({"error": {"type": "server_error", "code": None, "message": "x"}}, ("server_error",), 500),
        ({"error": {"code": 503, "status": "UNAVAILABLE", "message": "x"}}, ("UNAVAILABLE",), 503),
        (
            [{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "x"}}],
            ("RESOURCE_EXHAUSTED",),
            429,
        ),
        (
            {"type": "error", "code": "rate_limit_exceeded", "message": "x"},
            ("rate_limit_exceeded",),
            429,
        ),
        (
            {"object": "error", "type": "NotFoundError", "code": 404, "message": "x"},
            ("NotFoundError",),
            404,
        ),
        ({"error": "model not loaded"}, ("error",), None),
    ],
)
def test_errors_are_known_in_every_form(
    document: Any, names: tuple[str, ...], status: int | None
) -> None:
    error = error_in(document)

    assert error is not None
    assert (error.names, error.status) == (names, status)


@pytest.mark.parametrize(
    "document", [None, {}, [], {"id": "x"}, {"error": None}, {"error": 3}, {"type": "message"}]
)
def test_what_tells_no_error_is_none(document: Any) -> None:
    assert error_in(document) is None


def test_a_message_that_looks_like_a_key_is_not_shown() -> None:
    for leak in (
        "sk-proj-abc123DEF456",
        "AIzaSyA1234567890abcdef",
        "Bearer abcdefgh12345",
        "my-own-secret",
    ):
        error = error_in({"error": {"type": "server_error", "message": f"failed with {leak} here"}})
        assert leak not in fault_of(500, error, "m", "my-own-secret")[2]
        assert "failed with … here" in fault_of(500, error, "m", "my-own-secret")[2]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("one", "one"),
        ([{"type": "text", "text": "one"}, {"type": "text", "text": " two"}], "one two"),
        ([{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}], ""),
        ([{"type": "thinking", "text": "hm"}, {"type": "text", "text": "one"}], "one"),
        ([{"text": "one"}, "two", 3, None, {"type": "output_text", "text": "!"}], "onetwo!"),
        ({"type": "text", "text": "one"}, "one"),
        ([{"type": "text", "text": None}, {"type": ["x"], "text": "y"}], ""),
        (None, ""),
        (7, ""),
    ],
)
def test_text_may_come_as_a_list_of_parts(content: Any, text: str) -> None:
    chunk = {"choices": [{"delta": {"content": content}}], "model": "m"}
    delta = {"type": "response.output_text.delta", "delta": content}

    assert DIALECTS["openai_compatible"].read("", json.dumps(chunk)).text == text
    assert DIALECTS["openai_responses"].read("", json.dumps(delta)).text == text
