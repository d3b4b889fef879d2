"""Looking once: a check's text in, an outcome out, whatever happens."""

import asyncio
import logging
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from pydantic import ValidationError

from worker.contract.kind import CheckParams, Kind
from worker.contract.message import CheckSpec
from worker.contract.outcome import Outcome, Reason, failure
from worker.contract.target import Target
from worker.probes.kinds import KINDS
from worker.probes.look.vantage import Look, Vantage
from worker.probes.parameters.secret import secrets_in
from worker.probes.redaction import redacted

__all__ = ["Look", "ParsedCheck", "SpecError", "Vantage", "look_once", "parse_spec"]

REMEMBERED: Final = 16_384
"""Checks of one worker that need no parsing again: more than the 10,000 that it can look at each 10
s.
"""
log = logging.getLogger(f"outscope.{__name__}")


class SpecError(ValueError):
    """A check that this worker cannot read or does not know; the sentence says what is wrong."""


@dataclass(frozen=True, slots=True)
class ParsedCheck:
    """A check, ready to be looked at: its spec, its kind, the kind's validated parameters, and whom
    they ask. SpecError when they ask nobody.
    """

    spec: CheckSpec
    kind: Kind[Any]
    params: CheckParams
    targets: tuple[Target, ...] = field(init=False)
    places: str = field(init=False)
    """What the parameters hold, when it names secrets; else empty."""

    def __post_init__(self) -> None:
        text = self.spec.model_dump_json(include={"params"})
        object.__setattr__(self, "places", text if "${" in text else "")
        object.__setattr__(self, "targets", _targets(self.kind.name, self.params))


@lru_cache(maxsize=REMEMBERED)
def parse_spec(text: str) -> ParsedCheck:
    """The check that a CheckSpec's JSON text means, remembered by its text; SpecError when it means
    none.
    """
    try:
        spec = CheckSpec.model_validate_json(text)
        kind = KINDS.get(spec.kind)
        if kind is None:
            raise SpecError(f"this worker has no kind {spec.kind!r}; it has {', '.join(KINDS)}")
        params = kind.params.model_validate(dict(spec.params))
        return ParsedCheck(spec, kind, params)
    except ValidationError as error:
        raise SpecError(_sentence(error)) from error


async def look_once(parsed: ParsedCheck, vantage: Vantage, *, trace: bool = False) -> Outcome:
    """What this vantage point sees of the check now. Never raises, and ends at the check's timeout.

    A failed look keeps its steps; a good one only with `trace`.
    """
    for target in parsed.targets:
        objection = vantage.guard.objection(target)
        if objection is not None:
            return failure(Reason.BLOCKED, objection)
    look = Look(vantage, parsed.spec.timeout_ms, check=parsed.spec.id, tracing=trace)
    outcome = await _bounded(parsed, look)
    if look.steps and (trace or not outcome.ok):
        outcome = replace(outcome, trace=tuple(look.steps))
    return redacted(outcome, secrets_in(parsed.places)) if parsed.places else outcome


async def _bounded(parsed: ParsedCheck, look: Look) -> Outcome:
    deadlines = look.vantage.deadlines
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine that runs has a task
    deadlines.hold(task, look.deadline_s)
    stopped = False
    try:
        outcome: Outcome = await parsed.kind.run(parsed.params, look)
        return outcome
    except asyncio.CancelledError:
        stopped = deadlines.release(task)
        if not stopped or task.uncancel() > 0:
            raise
        look.step("stopped at the deadline")
        return failure(
            Reason.TIMEOUT, f"no answer within {look.timeout_ms} ms", total_ms=look.elapsed_ms()
        )
    except (
        Exception
    ) as error:  # the boundary: whatever we did wrong is ours, and the worker goes on
        log.exception("look_failed check=%s kind=%s", parsed.spec.id, parsed.kind.name)
        return failure(Reason.INTERNAL, f"the probe itself failed: {type(error).__name__}")
    finally:
        if deadlines.release(task) and not stopped:
            task.uncancel()  # stopped in the very turn in which it ended: the end counts


def _targets(kind: str, params: CheckParams) -> tuple[Target, ...]:
    """Whom these parameters ask; a kind's own mistake here costs this check, and not the order."""
    try:
        targets = params.targets()
    except Exception as error:
        log.exception("targets_failed kind=%s", kind)
        raise SpecError(f"the kind {kind!r} cannot say whom this check asks") from error
    if not targets:
        raise SpecError(f"the kind {kind!r} does not say whom this check asks")
    return targets


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in first['loc']) or 'check'}: {first['msg']}"
