"""What can be wrong with the regions that a file says are borrowed. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from worker.contract.borrowing.rules import objection

S = TypeVar("S")


class Written(NamedTuple, Generic[S]):
    """A region or check as it is written: in which source, and where there."""

    source: S
    path: tuple[str | int, ...]
    value: Mapping[str, Any]


def half_borrowed(regions: Sequence[Written[S]]) -> Iterator[tuple[Written[S], str, str]]:
    """Regions that are borrowed and nowhere, or somewhere and not borrowed: each with the key that
    is wrong, and a sentence.
    """
    for region in regions:
        via, location = region.value.get("via"), region.value.get("location")
        if via and not location:
            yield region, "location", "says where a borrowed region is; write {country: JP} or such"
        if location and not via:
            yield region, "location", "is for borrowed regions; write `via: globalping`, too"


def unseen(
    regions: Sequence[Written[S]], checks: Sequence[tuple[Written[S], Mapping[str, Any]]]
) -> Iterator[tuple[Written[S], str, str]]:
    """Checks, each with its parameters, that name borrowed regions, or have no others, and cannot
    be looked at from there.
    """
    borrowed = {region.value.get("id") for region in regions if region.value.get("via")}
    for check, params in checks:
        named = check.value.get("regions")
        wanted = [name for name in named or borrowed if name in borrowed]
        if not wanted or (named is None and len(regions) > len(borrowed)):
            continue
        forbids = "" if check.value.get("borrowed", True) else "it says borrowed: false"
        if why := forbids or objection(str(check.value["kind"]), params):
            text = f"{wanted[0]} is borrowed, and this is not looked at from there: {why}"
            yield check, "regions" if named else "kind", f"{text}; name regions of your own"
