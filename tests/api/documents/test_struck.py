"""What is told of a region's strikes."""

from api.documents.picture.struck import SHOWN, strikes_of, struck_of
from coordinator.store.results.striking import Strike

AT = 1_772_000_000_000


def strike(number: int, region: str = "eu-west", reason: str = "leaked") -> Strike:
    return Strike(number, region, AT, AT + 1_000, reason, "me", AT + 2_000, 10)


def test_the_latest_strikes_of_a_region_are_told_and_no_others() -> None:
    told = strikes_of("eu-west", [strike(1), strike(2, "us-east"), strike(3, reason="")])
    assert [one["number"] for one in told] == [3, 1]
    assert told[1] == {
        "number": 1,
        "since": "2026-02-25T06:13:20.000Z",
        "until": "2026-02-25T06:13:21.000Z",
        "reason": "leaked",
        "results": 10,
    }
    assert struck_of({"strikes": told}) == "20 results struck"
    assert struck_of({"strikes": told[1:]}) == "10 results struck: leaked"


def test_many_strikes_are_told_in_few_words() -> None:
    told = strikes_of("eu-west", [strike(number) for number in range(40)])
    assert len(told) == SHOWN
    assert struck_of({"strikes": told}) == "50 results struck: leaked"
    assert struck_of({"strikes": []}) == ""
