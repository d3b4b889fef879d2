"""Hand-made streams: one letter a look, `.` good, `x` failed, a blank for no look at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coordinator.domain.model.topology import Topology
from coordinator.evaluation.baselines import judge_by
from tests.scenarios.internet import START, topology
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result, result_id

INTERVAL_MS = 30_000
REGIONS = ("r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8")
BEGIN = START - START % (INTERVAL_MS * len(REGIONS))
"""The turn of the first region begins here."""


def net(components: int = 1, regions: int = 8, references: int = 0) -> Topology:
    return topology(regions, (("claude", components),), references, INTERVAL_MS, 10_000)


def look(
    slot: int, region: str, bad: bool, component: str = "c1", worker: str = "", **changed: Any
) -> Result:
    """One look of a slot; each region looks a second after the one before it. Several workers of
    a region may look in one slot, as files of others may tell it.
    """
    service = "internet" if component.startswith("ref") else "claude"
    at = BEGIN + slot * INTERVAL_MS + REGIONS.index(region) * 1000
    check, worker = f"{service}-{component}", worker or f"{region}-1"
    fields = {
        "id": result_id(f"{check} by {worker}", region, worker, slot, 0),
        "check": check,
        "service": service,
        "component": component,
        "kind": "http",
        "region": region,
        "worker": worker,
        "scheduled_at": at,
        "started_at": at,
        "received_at": at + 500,
        "attempt": 0,
        "ok": not bad,
        "reason": Reason.TIMEOUT if bad else Reason.OK,
        "blame": Blame.PATH if bad else Blame.NONE,
    }
    return Result(**{**fields, **changed})


def looks(votes: Mapping[str, str], component: str = "c1", worker: str = "") -> list[Result]:
    """The looks of one component: for each region its letters, a slot each."""
    found = [
        look(slot, region, letter == "x", component, worker)
        for region, letters in votes.items()
        for slot, letter in enumerate(letters)
        if letter != " "
    ]
    return sorted(found, key=lambda result: result.received_at)


@dataclass(frozen=True)
class Said:
    """What a rule said, in order."""

    records: list[dict[str, Any]]

    @property
    def claims(self) -> list[tuple[str, list[str], list[str]]]:
        """(scope, regions, components) of each verdict."""
        return [
            (str(r["scope"]), r["regions"], r["components"])
            for r in self.records
            if r["type"] == "verdict"
        ]

    @property
    def scopes(self) -> list[str]:
        return [claim[0] for claim in self.claims]

    @property
    def last(self) -> tuple[str, list[str], list[str]]:
        return self.claims[-1]

    @property
    def severity(self) -> str:
        """Of the last verdict."""
        return [str(r["severity"]) for r in self.records if r["type"] == "verdict"][-1]

    @property
    def incidents(self) -> list[str]:
        return [str(r["event"]) for r in self.records if r["type"] == "incident"]


def said(
    rule: str, found: list[Result], over: Topology | None = None, minutes: float | None = None
) -> Said:
    """What a rule says of these results; time goes on for so many minutes from the beginning."""
    until = None if minutes is None else BEGIN + round(minutes * 60_000)
    ordered = sorted(found, key=lambda result: result.received_at)
    return Said(list(judge_by(rule, ordered, over or net(), until)))


def everywhere(letters: str, but: Mapping[str, str] | None = None) -> dict[str, str]:
    """The same letters from every region, except from some."""
    return {region: (but or {}).get(region, letters) for region in REGIONS}
