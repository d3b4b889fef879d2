"""Parameters that cannot be meant are refused with a sentence that says what to do."""

from typing import Any

import pytest
from pydantic import ValidationError

from worker.contract.target import Target
from worker.probes.kinds.llm.params import LlmParams

GOOD: dict[str, Any] = {"api": "anthropic", "model": "m", "key": "${env:OUTSCOPE_SECRET_X}"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"api": "cohere"}, "api"),
        ({"model": None}, "which model should be asked"),
        ({"api": "openai_compatible"}, "url is missing"),
        ({"url": "ftp://x"}, "must begin with http"),
        ({"budget": {"cost_per_day": 1}}, "needs a price"),
        ({"answer": "("}, "not a regular expression"),
        ({"headers": {"a b": "c"}}, "not a header name"),
        ({"headers": {"a": "c\r\nx: y"}}, "must be one line"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        LlmParams.model_validate({**GOOD, **wrong})


def test_a_key_that_is_written_out_is_refused_and_the_way_out_is_named() -> None:
    with pytest.raises(ValidationError) as caught:
        LlmParams.model_validate({**GOOD, "key": "sk-real-key"})

    assert (
        "must be a reference such as ${env:OUTSCOPE_SECRET_LLM_KEY}"
        in caught.value.errors()[0]["msg"]
    )


@pytest.mark.parametrize(
    ("asked", "answered", "expected"),
    [
        ("claude-haiku-4-5", "claude-haiku-4-5-20251001", True),
        ("claude-3-5-haiku-latest", "claude-3-5-haiku-20241022", True),
        ("claude-opus-4-0", "claude-opus-4-20250514", True),
        ("gpt-5", "gpt-5-2025-08-07", True),
        ("gpt-5", "gpt-5-mini-2025-08-07", False),
        ("gpt-4", "gpt-4.1", False),
        ("gemini-2.5-flash", "gemini-2.5-flash", True),
        ("models/gemini-2.5-flash", "models/gemini-2.5-flash-001", True),
        ("gemini-2.5-flash", "gemini-2.5-flash-lite", False),
        ("gemini-2.5-flash-preview", "gemini-2.5-flash-preview-05-20", True),
        ("anthropic/claude-haiku", "claude-haiku", True),
        ("a", "", False),
        ("mistral-large-latest", "mistral-large-latest", True),
        ("mistral-large-latest", "mistral-large", True),
        ("mistral-large", "mistral-large-latest", True),
        ("claude-opus-4-0", "claude-opus-4-0", True),
        ("claude-opus-4-1", "claude-opus-4-0", False),
        ("gpt-4o-2024-08-06", "gpt-4o", True),
        ("gpt-4o-2024-08-06", "gpt-4o-2024-08-06", True),
        ("gpt-4o-2024-08-06", "gpt-4o-2024-05-13", False),
        ("gpt-4o-2024-08-06", "gpt-4o-mini", False),
        ("gpt-4o-mini-2024-07-18", "gpt-4o", False),
        ("claude-sonnet-4@20250514", "claude-sonnet-4-20250514", True),
        ("claude-3-5-sonnet-20240620-v1:0", "claude-3-5-sonnet-20240620", True),
        ("llama3", "llama3:latest", True),
        ("gemini-flash-latest", "gemini-flash-lite-latest", False),
    ],
)
def test_models_are_echoed_with_dates_and_not_as_siblings(
    asked: str, answered: str, expected: bool
) -> None:
    from worker.probes.kinds.llm.verdict import _is_expected

    assert _is_expected(answered, LlmParams.model_validate({**GOOD, "model": asked})) is expected


def test_the_vendor_is_asked_when_no_address_is_given() -> None:
    own = {"url": "https://llm.example:8443/v1"}

    assert LlmParams.model_validate(GOOD).targets()[0].host == "api.anthropic.com"
    assert LlmParams.model_validate({**GOOD, **own}).targets() == (
        Target("https", "llm.example", 8443),
    )
