"""What a message says of vantage points: how many of how many, which, since when and why."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from coordinator.domain.model.topology import Topology
from coordinator.domain.notifying.message import Message, clock_of, lasted, region_name
from coordinator.domain.notifying.rule import Rule
from coordinator.domain.notifying.thread import Kind, Step
from coordinator.domain.notifying.vantages import Vantage, asked_for, fell_at
from worker.contract.instant import Instant, rfc3339
from worker.contract.wording import enumerated

_NAMED: Final = 3
_LISTED: Final = 30
_CLEAR_MS: Final = 43_200_000
_TYPES: Final = {Kind.OPENED: "silent", Kind.CHANGED: "changed", Kind.RESOLVED: "heard"}


def of_vantages(
    step: Step,
    rule: Rule,
    vantages: Mapping[str, Vantage],
    topology: Topology,
    at: Instant,
    link: str = "",
) -> Message:
    """The message of one step of a rule. `link` leads to the regions."""
    assert step.kind is not None  # noqa: S101 - all of them say something
    thread, kind, of = step.thread, step.kind, len(asked_for(rule, vantages))
    there = [vantages[name] for name in thread.said.regions if name in vantages]
    title = (
        _ends(thread.said.regions, there, topology, at - fell_at(thread))
        if kind is Kind.RESOLVED
        else _goes_on(there, of, topology, _since(fell_at(thread), at))
    )
    lines = [f"{title}.", *_lines(there, topology)]
    if kind is not Kind.RESOLVED:
        lines.append("What to do: outscope doctor")
    if link:
        lines.append(f"Regions: {link}")
    return Message(
        kind=kind,
        key=thread.incident,
        title=title,
        text="\n".join(lines),
        severity=thread.said.severity,
        document={
            "type": f"vantage.{_TYPES[kind]}",
            "at": rfc3339(at),
            "thread": thread.incident,
            "severity": str(thread.said.severity),
            "regions": list(thread.said.regions),
            "of": of,
            "vantages": list(map(_document, there)),
            "since": rfc3339(fell_at(thread)),
            "until": rfc3339(at) if kind is Kind.RESOLVED else None,
            "title": title,
            "link": link or None,
        },
    )


def _goes_on(there: Sequence[Vantage], of: int, topology: Topology, since: str) -> str:
    fallen = [one for one in there if one.fell]
    verb = "is" if len(fallen) == 1 else "are"
    regions = "region" if of == 1 else "regions"
    what = enumerated(sorted({str(one.fitness) for one in fallen}), "or")
    named = _named([one.region for one in fallen], topology)
    return f"{len(fallen)} of {of} {regions} {verb} {what}: {named}, since {since} UTC"


def _since(at: Instant, now: Instant) -> str:
    """Time of the day; with the day when that is not clear."""
    return clock_of(at)[11 if now - at < _CLEAR_MS else 0 : 16]


def _ends(
    said: Collection[str], there: Sequence[Vantage], topology: Topology, lasted_ms: int
) -> str:
    if not there:
        verb = "is" if len(said) == 1 else "are"
        return f"{_named(said, topology)} {verb} not judged any more"
    verb = "speaks" if len(there) == 1 else "speak"
    named = _named([one.region for one in there], topology)
    return f"{named} {verb} again after {lasted(lasted_ms)}"


def _lines(there: Sequence[Vantage], topology: Topology) -> Iterator[str]:
    for one in there[:_LISTED]:
        why = f" ({one.why})" if one.why and one.fell else ""
        yield f"{region_name(one.region, topology)}: {one.fitness} since {clock_of(one.since)}{why}"
    if len(there) > _LISTED:
        yield f"and {len(there) - _LISTED} more"


def _named(regions: Collection[str], topology: Topology) -> str:
    names = [region_name(one, topology) for one in regions]
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    return enumerated([*names[:_NAMED], *more])


def _document(one: Vantage) -> dict[str, Any]:
    return {
        "region": one.region,
        "fitness": str(one.fitness),
        "since": rfc3339(one.since),
        "why": one.why,
    }
