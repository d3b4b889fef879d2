"""A region that is more to its broker than its work, was taken out, or is none, in one sentence."""

from collections.abc import Mapping
from typing import Any, Final

_WORDS: Final = {
    "junk": "sends what is no report",
    "flooding": "sends more than can be taken in",
    "filling": "fills the broker with keys that nobody reads",
}


def trouble_of(region: Mapping[str, Any]) -> str:
    """What somebody should know of a region's view; empty when there is nothing."""
    if region.get("quarantined"):
        return f"region {region['id']} is {region['why']}"
    word = region.get("trouble")
    if not word:
        return ""
    return f"region {region['id']} {_WORDS.get(word, word)} ({word}): {region['trouble_why']}"


def stranger(unknown: Mapping[str, Any]) -> str:
    """What somebody should know of a region that reports and is not configured."""
    like = f" (is it {unknown['like']}?)" if unknown["like"] else ""
    return (
        f"region {unknown['id']} reports and is not configured{like}: mend --region of its workers,"
        " or add it to the configuration"
    )
