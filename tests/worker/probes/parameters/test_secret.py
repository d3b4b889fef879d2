"""Secrets come from the worker's environment, and only those that are meant for targets."""

import pytest

from worker.probes.parameters.secret import SecretError, reveal

ENVIRONMENT = {"OUTSCOPE_SECRET_KEY": "k1", "OUTSCOPE_BROKER": "redis://:pw@host"}


def test_a_secret_is_filled_in() -> None:
    assert reveal("Bearer ${env:OUTSCOPE_SECRET_KEY}!", ENVIRONMENT) == "Bearer k1!"


def test_text_without_a_secret_stays_as_it_is() -> None:
    assert reveal("$HOME ${other}", ENVIRONMENT) == "$HOME ${other}"


@pytest.mark.parametrize("name", ["OUTSCOPE_BROKER", "HOME", "OUTSCOPE_SECRET_GONE", ""])
def test_what_a_target_must_not_see_is_refused_by_name(name: str) -> None:
    with pytest.raises(SecretError) as caught:
        reveal(f"${{env:{name}}}", ENVIRONMENT)

    assert name in str(caught.value)
    assert "redis" not in str(caught.value)
