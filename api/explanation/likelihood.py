"""What explains best what was seen, and which thresholds turned that into a verdict."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from api.explanation.looks import counted
from api.explanation.words import Document, Names, Point, Section, likely, percent
from coordinator.domain.model.rules import VERSION, Rules

_EVERYWHERE = "everywhere"


def rivals(verdict: Document, names: Names) -> Section:
    """The best explanations, each with how likely it is; that nothing is wrong is one of them."""
    evidence = verdict.get("evidence", {})
    found = [(one["chance"], _reach(one, names)) for one in evidence.get("hypotheses", ())]
    if found:
        found.append((1 - evidence.get("wrong", 1.0), "nothing is wrong"))
        found.sort(key=lambda told: -told[0])
    points = [Point(f"{text}.", likely(chance)) for chance, text in found]
    if "wrong" in evidence and not points:
        points = [Point("Nothing was seen that needs an explanation.")]
    return Section("What explains it best", tuple(points))


def disruptions(verdict: Document, names: Names) -> Iterator[Point]:
    """Each disruption that is told apart, when there are several."""
    found = verdict.get("evidence", {}).get("disruptions", ())
    if len(found) > 1:
        yield Point(f"{len(found)} disruptions are told apart:")
        for number, one in enumerate(found, start=1):
            least = "; it may reach farther" if one["at_least"] else ""
            slow = ", slow" if one["slow"] else ""
            share = one.get("failing_share")
            fails = f"; {_estimated(share)} of its looks fail" if share and not slow else ""
            yield Point(f"{_reach(one, names)}{slow}{fails}{least}.", str(number), "bad")


def _reach(one: Document, names: Names) -> str:
    """`Claude API in Tokyo and Mumbai, which share continent AS`."""
    components, regions, group = one["components"], one["regions"], one.get("group", "")
    everything = len(components) == len(names.components) > 1
    what = f"all of {names.service}" if everything else names.features(components)
    less = ", less some cells that are clearly well" if one.get("refuted") else ""
    if group == _EVERYWHERE:
        return f"{what} everywhere{less}"
    return f"{what} in {names.places(regions)}{f', which share {group}' if group else ''}{less}"


def deciding(verdict: Document) -> Section:
    """The thresholds that mattered, each beside what they were held against."""
    evidence = verdict.get("evidence", {})
    rules = evidence.get("thresholds", {})
    points = []
    if "alarm_share" in rules and "wrong" in evidence:
        points.append(_alarm(evidence, rules))
        if verdict["scope"] != "none":
            points += _claiming(verdict, evidence, rules)
    if "rules_version" in evidence:
        points.append(
            Point(
                f"These are the rules of version {evidence['rules_version']}{_changed(evidence)}."
            )
        )
    return Section("What decides", tuple(points))


def _alarm(evidence: Document, rules: Mapping[str, Any]) -> Point:
    alarm, clear = percent(rules["alarm_share"]), percent(rules["clear_share"])
    return Point(
        f"That anything is wrong is {likely(evidence['wrong'])} likely. It is said from {alarm} on,"
        f" and stands until that is under {clear}."
    )


def _claiming(verdict: Document, evidence: Document, rules: Mapping[str, Any]) -> Iterator[Point]:
    claim = percent(rules["claim_share"])
    yield Point(
        f"How far it reaches is said once one explanation has {claim} of that, and stands while no"
        " other has."
    )
    regions = evidence["regions"]
    yield Point(
        f"Everywhere means {percent(rules['nearly_all'])} of the regions that vote, and can be said"
        f" when at least {rules['enough_regions']} vote and {percent(rules['enough_share'])} of"
        f" those that should look. Here {regions['bad']} of {regions['heard']} that vote are"
        f" disrupted, and {regions['enabled']} should look.{_points(evidence)}"
    )
    share = _share(verdict, evidence)
    if share:
        yield Point(
            f"It is an outage when {percent(rules['outage_share'])} of the looks fail; here"
            f" {share} do."
        )


def _points(evidence: Document) -> str:
    """That regions which look from one machine are counted once, where there are some."""
    if not evidence.get("together"):
        return ""
    points = evidence["vantage_points"]
    many = f"{points} vantage point{'' if points == 1 else 's'}"
    return f" What looks from one machine or address counts once: {many} vote."


def _share(verdict: Document, evidence: Document) -> str:
    """How many of the looks fail, of several disruptions where most do; of an older version as its
    cells tell.
    """
    told = [one for one in evidence.get("disruptions", ()) if "failing_share" in one]
    if told:
        most = max(told, key=lambda one: float(one["failing_share"]["estimate"]))
        return _estimated(most["failing_share"])
    cells = [cell for cell in verdict.get("cells", ()) if cell["state"] in ("bad", "degraded")]
    bad, looks = counted(cells)
    return percent(bad / looks) if looks else ""


def _estimated(share: Mapping[str, Any]) -> str:
    """`about 12 % (9 to 16 %)`."""
    low, high = round(100 * share["low"]), round(100 * share["high"])
    return f"about {percent(share['estimate'])} ({low} to {high} %)"


def _changed(evidence: Document) -> str:
    """The thresholds that the configuration sets otherwise; only known of the rules that this
    process has.
    """
    if evidence["rules_version"] != VERSION:
        return ""
    usual, used = asdict(Rules()), evidence.get("thresholds", {})
    told = [
        f"{name} {used[name]} instead of {usual[name]}"
        for name in usual
        if used.get(name, usual[name]) != usual[name]
    ]
    return f", with {', '.join(told)}" if told else " with their default thresholds"
