"""How many vantage points regions are, in words."""

from typing import Any

import pytest

from api.documents.picture.standpoints import points


def region(name: str, *together: str) -> dict[str, Any]:
    return {"id": name, "together": list(together)}


@pytest.mark.parametrize(
    ("regions", "said"),
    [
        ([], ""),
        ([region("a"), region("b")], ""),
        ([region("a", "b"), region("b", "a")], " (1 vantage point)"),
        ([region("a", "c"), region("b"), region("c", "a")], " (2 vantage points)"),
    ],
)
def test_regions_that_count_as_one_are_counted_once(
    regions: list[dict[str, Any]], said: str
) -> None:
    assert points(regions) == said
