"""What a user does in several steps works from the first to the last: log in, search, pay.

Each step is a look of kind `http` with all its parameters and a `name`. A step keeps values of its
answer (`keep`: from JSON, a header, a cookie, or by a regular expression), and later steps write
them as {{value}} in their address behind the host, their headers and their body, where they are
encoded as that place asks. The first step that fails ends the flow and is named; the timeout is for
all steps together. `extra.steps` has the phases of each, and those of the result are their sums.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from worker.contract.kind import Kind
from worker.contract.outcome import Blame, Fault, Outcome, Reason
from worker.probes.http.visit import PHASES, Visit, added_up
from worker.probes.kinds.flow.carrying import CarryError, filled, kept
from worker.probes.kinds.flow.params import FlowParams, StepParams
from worker.probes.look.vantage import Look
from worker.probes.parameters.secret import SecretError

_TOLD: Final = ("http_version", "redirects", "edge", "retry_after_s", "warm")
"""What is told of each step beside its phases."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken."""

    name: str
    outcome: Outcome

    def to_extra(self) -> dict[str, Any]:
        """The step as a result tells it."""
        outcome = self.outcome
        told: dict[str, Any] = {"name": self.name, "ok": outcome.ok}
        told |= {"status": outcome.status_code, "ip": outcome.ip}
        told |= {phase: getattr(outcome, phase) for phase in PHASES}
        told |= {name: outcome.extra[name] for name in _TOLD if name in outcome.extra}
        return {name: value for name, value in told.items() if value is not None}


async def run(params: FlowParams, look: Look) -> Outcome:
    """Take one step after the other, up to the first that fails."""
    taken: list[Taken] = []
    values: dict[str, str] = {}
    for step in params.steps:
        look.step(f"step {step.name}")
        began_ms, before = look.elapsed_ms(), len(look.steps)
        visit = Visit(look, step.demands)
        try:
            outcome = await visit.make(filled(step.request, values))
        except SecretError as error:
            return _outcome(taken, step, (error.reason, Blame.PROBER, str(error)))
        except CarryError as error:
            return _outcome(taken, step, (Reason.CONTENT, error.blame, str(error)))
        _shift(look, before, began_ms)
        taken.append(Taken(step.name, outcome))
        if not outcome.ok:
            return _outcome(taken, step, (outcome.reason, outcome.blame, outcome.detail))
        try:
            values |= kept(step.keep, visit.answers)
        except CarryError as error:
            return _outcome(taken, step, (Reason.CONTENT, error.blame, str(error)))
    return _outcome(taken, None, (Reason.OK, Blame.NONE, ""))


def _shift(look: Look, first: int, by_ms: float) -> None:
    """A visit notes its moments from its own beginning; here they count from the beginning of the
    flow.
    """
    noted = look.steps[first:]
    del look.steps[first:]
    for step in noted:
        look.step(step.what, at_ms=by_ms + step.at_ms)


def _outcome(taken: Sequence[Taken], failed: StepParams | None, fault: Fault) -> Outcome:
    reason, blame, sentence = fault
    extra: dict[str, Any] = {"steps": [step.to_extra() for step in taken]}
    if failed is not None:
        extra["failed_step"] = failed.name
        sentence = f"step {failed.name!r}: {sentence}"
    last = taken[-1].outcome if taken else None
    outcomes = [step.outcome for step in taken]
    phases: dict[str, Any] = {phase: added_up(outcomes, phase) for phase in PHASES}
    status, ip = (last.status_code, last.ip) if last else (None, None)
    return Outcome(failed is None, reason, blame, sentence, status, ip=ip, extra=extra, **phases)


KIND: Final[Kind[Any]] = Kind("flow", FlowParams, run)
