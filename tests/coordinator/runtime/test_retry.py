"""Writing until it is written."""

import pytest
from tortoise.exceptions import OperationalError

from coordinator.runtime.retry import persistently


async def test_a_database_that_comes_back_costs_only_time() -> None:
    answers = iter([OperationalError("away"), ConnectionRefusedError(), "written"])

    async def write() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert await persistently("x", write) == "written"


async def test_a_mistake_of_ours_is_not_tried_again() -> None:
    async def write() -> None:
        raise KeyError("ours")

    with pytest.raises(KeyError):
        await persistently("x", write)
