"""The verdict in a few words: `API disrupted in 2 of 5 regions`. Page and terminal add the service
and the time.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from api.documents.verdicts import VerdictView
from api.documents.words import StateWord
from coordinator.domain.model.topology import HERE
from worker.contract.wording import enumerated

NOT_JUDGED = "Not judged"
_NAMED = 3
"""So many components are named one by one; more are counted."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the words need to know of a service: names by id, and who looks."""

    name: str
    components: dict[str, str]
    regions: dict[str, str]
    """The regions that look at it, by id."""
    heard: int
    """How many of them are fit to speak."""
    awaited: bool = False
    """Whether nothing was ever heard of them."""
    unjudged: Mapping[str, str] = field(default_factory=dict)
    """The components that no region votes on, by id, and why."""

    @property
    def is_here(self) -> bool:
        """Whether nobody looks but the machine that Outscope runs on."""
        return tuple(self.regions) == (HERE,)


def state(verdict: VerdictView, unjudged: Collection[str] = ()) -> StateWord:
    """The verdict as one word, for colours and exit codes; never well while a component is
    unjudged.
    """
    if verdict["scope"] == "none" and unjudged:
        return "unknown"
    if verdict["scope"] == "unknown" and not _is_located(verdict):
        return "unknown"
    if verdict["severity"] == "outage":
        return "bad"
    return "degraded" if verdict["severity"] == "degraded" else "well"


def headline(verdict: VerdictView, setting: Setting, slow: bool = False) -> str:
    """The verdict in a few words, without the name of the service and without the time; `slow` when
    nothing fails.
    """
    scope = verdict["scope"]
    if scope == "unknown":
        return _unknown(verdict, setting)
    if scope == "none":
        return _well(setting)
    subject, verb = _subject(verdict["components"], setting), "slow" if slow else _verb(verdict)
    return (
        f"{subject} {verb} {_where(verdict, setting)}"
        if subject
        else f"{verb.title()} {_where(verdict, setting)}"
    )


def _is_located(verdict: VerdictView) -> bool:
    """Whether it is sure where something fails, though not how much farther it reaches."""
    return bool(verdict["regions"]) and verdict["confidence"] > 0


def _unknown(verdict: VerdictView, setting: Setting) -> str:
    if verdict["at"] is None:
        return "No verdict yet"
    if setting.awaited:
        return "Nothing was heard yet"
    if setting.heard == 0:
        nobody = "this machine is not" if setting.is_here else "no region is"
        return f"Cannot tell: {nobody} fit to speak"
    if _is_located(verdict):
        subject, where = _subject(verdict["components"], setting), _where(verdict, setting)
        return f"{f'{subject} disrupted' if subject else 'Disrupted'} {where}, or wider"
    if verdict["severity"] != "operational":
        return "Something fails, but too little is heard to say how far it reaches"
    whys = set(setting.unjudged.values())
    if len(whys) == 1 and set(setting.unjudged) >= set(setting.components):
        return f"{NOT_JUDGED}: {whys.pop()}"
    return "Cannot tell at the moment"


def _well(setting: Setting) -> str:
    """All of it, or what is judged of it and why the rest is not."""
    every, left = len(setting.components), len(setting.unjudged)
    if not left:
        where = _share(setting.heard, len(setting.regions))
        return f"All well, seen from {'this machine' if setting.is_here else where}"
    by_why: dict[str, list[str]] = {}
    for component, why in setting.unjudged.items():
        by_why.setdefault(why, []).append(component)
    told = [f"{_listed(names, setting)} not judged: {why}" for why, names in by_why.items()]
    return f"{every - left} of {every} components well; {'; '.join(told)}"


def _subject(components: Sequence[str], setting: Setting) -> str:
    """The components that fail; nothing when that is all of them."""
    if not components or set(components) >= set(setting.components):
        return ""
    return _listed(components, setting)


def _listed(components: Sequence[str], setting: Setting) -> str:
    if len(components) > _NAMED:
        return f"{len(components)} of {len(setting.components)} components"
    names = [
        label(setting.components.get(component, component), setting.name)
        for component in components
    ]
    return enumerated(names)


def label(component: str, service: str) -> str:
    """A component's name where the service is named already: `Claude API` of Claude is `API`."""
    rest = component.removeprefix(f"{service} ")
    return component if rest == component or " " in rest else rest[:1].upper() + rest[1:]


def _verb(verdict: VerdictView) -> str:
    if verdict["severity"] == "degraded":
        return "degraded"
    return "disrupted" if verdict["scope"] == "regional" else "down"


def _where(verdict: VerdictView, setting: Setting) -> str:
    if setting.is_here:
        return "from this machine"
    regions, total = verdict["regions"], len(setting.regions)
    partly = verdict["scope"] in ("regional", "unknown")
    if partly and len(regions) == 1:
        return f"in {setting.regions.get(regions[0], regions[0])} (1 of {total} regions)"
    if partly or len(regions) < setting.heard:
        return f"in {_share(len(regions), total)}"
    return (
        "everywhere"
        if len(regions) >= total
        else f"everywhere it was seen from ({_share(len(regions), total)})"
    )


def _share(some: int, total: int) -> str:
    if some == total:
        return f"all {total} regions" if total > 1 else f"{total} region"
    return f"{some} of {total} regions"
