"""What was seen, component by component and region by region, and who did not vote."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby

from api.explanation.words import Document, Names, Point, Section, Style

_WRONG = ("bad", "degraded")
_SLOW = "slow"


def seen(verdict: Document, names: Names, style: Style) -> Section:
    """The votes: each component over all regions, then each region in which anything failed."""
    order = list(dict.fromkeys(str(cell["region"]) for cell in verdict.get("cells", ())))
    cells = [cell for cell in verdict.get("cells", ()) if cell["state"] != "unknown"]
    points = [*_by_component(cells, names, style), *_by_region(cells, order, names, style)]
    return Section(
        "What was seen", tuple(points) or (Point("No look votes, so nothing can be said."),)
    )


def absent(verdict: Document, names: Names) -> Section:
    """Who does not vote, and why."""
    evidence = verdict.get("evidence", {})
    points = [
        Point(f"{word}{f' ({why})' if why else ''}.", names.regions.get(region, region), "unknown")
        for word in ("unfit", "silent")
        for region, why in evidence.get(word, {}).items()
    ]
    away = {*evidence.get("unfit", {}), *evidence.get("silent", {})}
    points += _abstaining(
        [cell for cell in verdict.get("cells", ()) if cell["region"] not in away], names
    )
    if not points and "regions" in evidence:
        points = [Point(f"All {evidence['regions']['enabled']} regions that should look vote.")]
    return Section("Who does not vote", tuple(points))


def losing(verdict: Document, names: Names) -> Section:
    """Who votes and is weighed down, because it loses a part of everything."""
    found = verdict.get("evidence", {}).get("losing", {})
    return Section(
        "Who is weighed down",
        tuple(
            Point(f"{why}.", names.regions.get(region, region), "degraded")
            for region, why in found.items()
        ),
    )


def counted(cells: Iterable[Document]) -> tuple[int, int]:
    """Failed looks and all looks of these cells."""
    found = list(cells)
    bad = sum(cell["bad"] for cell in found)
    return bad, bad + sum(cell["ok"] for cell in found)


def _by_component(cells: Sequence[Document], names: Names, style: Style) -> Iterator[Point]:
    for component, found in groupby(cells, key=lambda cell: str(cell["component"])):
        there = list(found)
        wrong = [cell for cell in there if cell["state"] in _WRONG]
        label = names.components.get(component, component)
        if wrong:
            where = f"{len(wrong)} of {len(there)} regions that vote"
            slow = _is_slow(wrong)
            verb, did = (
                ("slow", "took much longer than normal") if slow else ("disrupted", "failed")
            )
            yield Point(f"{verb} in {where}; there {_looks(wrong, did)}.", label, _state(wrong))
        else:
            regions = (
                f"all {len(there)} regions that vote"
                if len(there) > 1
                else "the one region that votes"
            )
            yield Point(f"well in {regions}{_passing(there, style)}.", label, "well")


def _by_region(
    cells: Sequence[Document], order: Sequence[str], names: Names, style: Style
) -> Iterator[Point]:
    well: dict[str, list[Document]] = {}
    wrong = []
    for region in order:
        found = [cell for cell in cells if cell["region"] == region]
        if not _is_well(found):
            wrong.append(region)
            yield Point(_region(found, names, style), names.regions.get(region, region), "bad")
        elif found:
            well[region] = found
    if well and wrong:
        passing = _passing(list(chain.from_iterable(well.values())), style)
        yield Point(f"everything that counts is well{passing}.", names.places(well), "well")


def _region(cells: Sequence[Document], names: Names, style: Style) -> str:
    parts = []
    for slow in (False, True):
        wrong = [
            cell for cell in cells if cell["state"] in _WRONG and (cell["why"] == _SLOW) is slow
        ]
        if wrong:
            whole = len(wrong) == len(cells) > 1
            what = "everything" if whole else names.features(cell["component"] for cell in wrong)
            verbs = ("is slow", "are slow") if slow else ("fails", "fail")
            parts.append(
                f"{what} {verbs[len(wrong) > 1 and not whole]} in"
                f" {_looks(wrong)}{_since(wrong, style)}"
            )
    rest = [cell["component"] for cell in cells if cell["state"] not in _WRONG]
    if rest:
        parts.append(f"{names.features(rest)} {'is' if len(rest) == 1 else 'are'} well")
    return f"{'; '.join(parts)}."


def _abstaining(cells: Iterable[Document], names: Names) -> Iterator[Point]:
    """Cells of regions that are heard which do not vote all the same."""
    deaf: dict[tuple[str, str], list[str]] = {}
    for cell in cells:
        if cell["state"] == "unknown":
            deaf.setdefault((cell["component"], cell["why"]), []).append(cell["region"])
    for (component, why), regions in deaf.items():
        label = names.components.get(component, component)
        yield Point(
            f"does not count in {names.places(regions)} ({why or 'not heard'}).", label, "unknown"
        )


def _is_well(cells: Sequence[Document]) -> bool:
    return not any(cell["state"] in _WRONG for cell in cells)


def _is_slow(wrong: Sequence[Document]) -> bool:
    return all(cell["why"] == _SLOW for cell in wrong)


def _state(wrong: Sequence[Document]) -> str:
    return "bad" if any(cell["state"] == "bad" for cell in wrong) else "degraded"


def _looks(wrong: Sequence[Document], did: str = "") -> str:
    """`12 of 14 looks (8 timeout, 4 status)`, with what they did before the reasons."""
    bad, looks = counted(wrong)
    reasons: Counter[str] = Counter()
    for cell in wrong:
        reasons.update(cell["reasons"])
    ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    told = ", ".join(f"{count} {reason.replace('_', ' ')}" for reason, count in ranked)
    reasons_told = f"({told})" if told and not _is_slow(wrong) else ""
    return " ".join(filter(None, [f"{bad} of {looks} looks", did, reasons_told]))


def _since(wrong: Sequence[Document], style: Style) -> str:
    first = min((cell["first_bad"] for cell in wrong if cell["first_bad"]), default=None)
    return f", since {style.moment(first)}" if first else ""


def _passing(cells: Sequence[Document], style: Style) -> str:
    """What failed of looks at what is well: by chance, or before it was well again."""
    bad, looks = counted(cells)
    last = max((cell["last_bad"] for cell in cells if cell["last_bad"]), default=None)
    until = f", the last at {style.moment(last)}" if bad and last else ""
    return f" ({bad} of {looks} looks failed{until})" if looks else ""
