"""Comparison: where rules say different things of the same results, for how long, and how often
they agree.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

from coordinator.domain.model.verdict import Scope
from worker.contract.instant import Instant, parse_rfc3339, rfc3339

Record = Mapping[str, Any]


class Claim(NamedTuple):
    """What a rule says of a service: how far it reaches."""

    scope: str
    regions: tuple[str, ...] = ()
    components: tuple[str, ...] = ()

    def to_record(self) -> dict[str, Any]:
        """The claim, JSON-able."""
        return {
            "scope": self.scope,
            "regions": list(self.regions),
            "components": list(self.components),
        }


class Stretch(NamedTuple):
    """A stretch of time in which each rule says the same of a service from begin to end."""

    since: Instant
    until: Instant
    service: str
    says: tuple[Claim, ...]

    @property
    def agreed(self) -> bool:
        """Whether all rules say the same."""
        return len(set(self.says)) == 1


@dataclass(slots=True)
class Summary:
    """One rule in numbers."""

    rule: str
    changes: int = 0
    """Times that a verdict became another."""
    incidents: int = 0
    lasted_ms: Counter[str] = field(default_factory=Counter)
    """Time in each scope, over all services."""
    agreement: float = 1.0
    """Share of the time in which it says the same as the first rule."""

    def to_record(self) -> dict[str, Any]:
        """The summary, JSON-able."""
        return {
            "type": "summary",
            "rule": self.rule,
            "verdict_changes": self.changes,
            "incidents": self.incidents,
            "seconds": {str(scope): self.lasted_ms[scope] / 1000 for scope in Scope},
            "agreement": round(self.agreement, 6),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """The stretches of time of each service in turn, and each rule in numbers."""

    rules: tuple[str, ...]
    stretches: tuple[Stretch, ...]
    summaries: tuple[Summary, ...]

    def differences(self) -> Iterator[Stretch]:
        """The stretches in which the rules do not agree, in order of time."""
        return iter(sorted(stretch for stretch in self.stretches if not stretch.agreed))

    def to_records(self) -> Iterator[dict[str, Any]]:
        """The differences and then the summaries, JSON-able."""
        for stretch in self.differences():
            yield {
                "type": "difference",
                "from": rfc3339(stretch.since),
                "to": rfc3339(stretch.until),
                "service": stretch.service,
                "says": {
                    rule: claim.to_record()
                    for rule, claim in zip(self.rules, stretch.says, strict=True)
                },
            }
        for summary in self.summaries:
            yield summary.to_record()


def compare(
    rules: Sequence[str], records: Sequence[Sequence[Record]], until: Instant
) -> Comparison:
    """Compare what each rule said, as the records that replay prints, up to a moment."""
    stretches = tuple(_merged(_stretches([_verdicts(said) for said in records], until)))
    summaries = tuple(
        _summary(rule, place, records[place], stretches) for place, rule in enumerate(rules)
    )
    return Comparison(tuple(rules), stretches, summaries)


def _verdicts(said: Sequence[Record]) -> dict[str, list[tuple[Instant, Claim]]]:
    """By service, what was said from when on."""
    found: dict[str, list[tuple[Instant, Claim]]] = {}
    for record in said:
        if record["type"] == "verdict":
            claim = Claim(
                str(record["scope"]), tuple(record["regions"]), tuple(record["components"])
            )
            found.setdefault(record["service"], []).append((parse_rfc3339(record["at"]), claim))
    return found


def _stretches(
    verdicts: Sequence[Mapping[str, list[tuple[Instant, Claim]]]], until: Instant
) -> Iterator[Stretch]:
    """The time of each service from when all rules have spoken of it, cut wherever any said
    something.
    """
    spoken_of = set(verdicts[0]).intersection(*verdicts)
    for service in (service for service in verdicts[0] if service in spoken_of):
        says: dict[int, Claim] = {}
        since = until
        for at, place, claim in sorted(
            (at, n, claim) for n, said in enumerate(verdicts) for at, claim in said[service]
        ):
            if at > since and len(says) == len(verdicts):
                yield Stretch(since, at, service, tuple(says[n] for n in range(len(verdicts))))
            since = at
            says[place] = claim
        if until > since:
            yield Stretch(since, until, service, tuple(says[n] for n in range(len(verdicts))))


def _merged(stretches: Iterator[Stretch]) -> Iterator[Stretch]:
    """Stretches that follow each other and say the same are one: a change of severity alone is no
    other reach.
    """
    for _, same in groupby(stretches, key=lambda stretch: (stretch.service, stretch.says)):
        first, *rest = same
        yield first._replace(until=rest[-1].until) if rest else first


def _summary(
    rule: str, place: int, said: Sequence[Record], stretches: Sequence[Stretch]
) -> Summary:
    services = {record["service"] for record in said if record["type"] == "verdict"}
    summary = Summary(rule)
    summary.changes = sum(record["type"] == "verdict" for record in said) - len(services)
    summary.incidents = sum(
        record["type"] == "incident" and record["event"] == "opened" for record in said
    )
    agreed = total = 0
    for stretch in stretches:
        lasted, claim = stretch.until - stretch.since, stretch.says[place]
        total += lasted
        agreed += lasted * (claim == stretch.says[0])
        summary.lasted_ms[claim.scope] += lasted
    summary.agreement = agreed / total if total else 1.0
    return summary
