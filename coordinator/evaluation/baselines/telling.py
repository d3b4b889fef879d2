"""Telling: a rule's claims on one service as the verdicts and incidents that replay prints."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

from coordinator.domain.model.incident import Incident, IncidentEvent, Moment
from coordinator.domain.model.verdict import Scope, Verdict, widest
from coordinator.evaluation.baselines.stream import Stream
from coordinator.evaluation.baselines.view import Claim
from worker.contract.instant import Instant

CERTAIN = 1.0
"""A counting rule knows no doubt."""


@dataclass(slots=True)
class Teller:
    """The verdict and the incident of one service, as one rule sees them."""

    rule: str
    service: str
    claim: Claim | None = None
    incident: Incident | None = None
    involved: list[Stream] = field(default_factory=list)

    def tell(
        self, claim: Claim, streams: Iterable[Stream], now: Instant
    ) -> Iterator[dict[str, Any]]:
        """The records for this claim: none when it is what was said before."""
        if claim == self.claim:
            return
        self.claim = claim
        yield self._verdict(claim, now).to_record()
        event = self._event(claim, list(streams), now)
        if event is not None:
            yield event.to_record()

    def _verdict(self, claim: Claim, now: Instant) -> Verdict:
        return Verdict(
            service=self.service,
            at=now,
            severity=claim.severity,
            scope=claim.scope,
            regions=claim.regions,
            components=claim.components,
            confidence=CERTAIN,
            reason=self._reason(claim),
        )

    def _reason(self, claim: Claim) -> str:
        if claim.scope is Scope.NONE:
            return f"The rule {self.rule} finds nothing wrong."
        if claim.scope is Scope.UNKNOWN:
            return f"The rule {self.rule} cannot say."
        return (
            f"{', '.join(claim.components)} {claim.severity} in {', '.join(claim.regions)} by the"
            f" rule {self.rule}."
        )

    def _event(self, claim: Claim, streams: list[Stream], now: Instant) -> IncidentEvent | None:
        if claim.scope is Scope.UNKNOWN:
            return None
        if claim.scope is Scope.NONE or not claim.alarm:
            return None if self.incident is None else self._resolve(self.incident, now)
        self.involved = [
            s for s in streams if s.component in claim.components and _within(s, claim)
        ]
        if self.incident is None:
            self.incident = self._open(claim, now)
            return IncidentEvent(now, Moment.OPENED, self.incident)
        self.incident = replace(
            self.incident,
            severity=claim.severity,
            scope=claim.scope,
            regions=claim.regions,
            components=claim.components,
            peak=widest((self.incident.peak, claim.scope)),
        )
        return IncidentEvent(now, Moment.UPDATED, self.incident)

    def _open(self, claim: Claim, now: Instant) -> Incident:
        failing = [
            (s.first_bad, s.last_good)
            for s in self.involved
            if s.streak < 0 and s.first_bad is not None
        ]
        started_by, started_after = min(failing, key=lambda start: start[0], default=(now, None))
        key = f"{self.rule}\n{self.service}\n{started_by}\n{now}"
        return Incident(
            id=blake2b(key.encode(), digest_size=8).hexdigest(),
            service=self.service,
            severity=claim.severity,
            scope=claim.scope,
            regions=claim.regions,
            components=claim.components,
            opened_at=now,
            started_after=started_after,
            started_by=started_by,
            peak=claim.scope,
            reason=self._reason(claim),
        )

    def _resolve(self, incident: Incident, now: Instant) -> IncidentEvent:
        ends = [(s.last_bad, s.first_good) for s in self.involved if s.last_bad is not None]
        ended_after, first_good = max(ends, key=lambda end: end[0], default=(None, None))
        over = first_good is not None and (ended_after is None or first_good > ended_after)
        self.incident = None
        ended = replace(
            incident, ended_after=ended_after, ended_by=first_good if over else now, resolved_at=now
        )
        return IncidentEvent(now, Moment.RESOLVED, ended)


def _within(stream: Stream, claim: Claim) -> bool:
    return stream.region in claim.regions or not stream.region
