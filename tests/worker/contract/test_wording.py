"""Names in a sentence."""

import pytest

from worker.contract.wording import enumerated


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], ""),
        (["Ireland"], "Ireland"),
        (["Ireland", "Virginia"], "Ireland and Virginia"),
        (["Ireland", "Virginia", "Tokyo"], "Ireland, Virginia and Tokyo"),
    ],
)
def test_the_last_of_several_names_is_joined_by_a_word(names: list[str], said: str) -> None:
    assert enumerated(names) == said
    assert enumerated(iter(names), "or") == said.replace(" and ", " or ")
