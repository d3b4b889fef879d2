"""The outcome of a trial: what the tables need of it, as a flat row."""

import json
import time
from collections import Counter
from dataclasses import dataclass

from tests.verdicts.calibration import Sample, Samples
from tests.verdicts.proof.trials import Trial
from tests.verdicts.run import run_one

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """All fields are plain, so that a table holds them. `cases` are those whose reach can be
    known.
    """

    id: str
    part: str
    fleet: str
    scenario: str
    family: str
    seed: int
    target_days: float
    false_incidents: int
    false_alarms: int
    false_wide: int
    cases: int
    found: int
    right_at_3: int
    severity_at_3: int
    severity_at_end: int
    results: int
    cpu_s: float
    """Of judging."""
    took_s: float
    """Of all of it."""
    samples_json: str
    said_json: str
    """What was said without reason."""

    @property
    def samples(self) -> Samples:
        """The confidence stated and whether it was right."""
        return Counter({Sample(*sample): count for *sample, count in json.loads(self.samples_json)})


def outcome_of(trial: Trial) -> Outcome:
    """Run a trial."""
    began = time.perf_counter()
    (one,) = run_one(trial.job())
    score, facts = one.score, one.score.facts
    cases = [case for case in score.cases if case.known]
    said = [*score.false_incidents, *score.false_wide]
    return Outcome(
        id=trial.id,
        part=trial.group.part,
        fleet=trial.group.fleet,
        scenario=facts.scenario,
        family=str(facts.family),
        seed=trial.seed,
        target_days=len(facts.services) * (facts.until - facts.since) / DAY_MS,
        false_incidents=len(score.false_incidents),
        false_alarms=len(score.false_alarms),
        false_wide=len(score.false_wide),
        cases=len(cases),
        found=sum(case.detected for case in cases),
        right_at_3=sum(case.right_at_3 for case in cases),
        severity_at_3=sum(case.severity_at_3 for case in cases),
        severity_at_end=sum(case.severity_at_end for case in cases),
        results=one.cost.results,
        cpu_s=one.cost.cpu_s,
        took_s=time.perf_counter() - began,
        samples_json=json.dumps([[*sample, n] for sample, n in sorted(score.samples.items())]),
        said_json=json.dumps(said),
    )
