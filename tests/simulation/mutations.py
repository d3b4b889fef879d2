"""Mistakes that are made in the product on purpose, to see the simulation find them: each with the
faults under which it shows, and the invariant that it breaks.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from coordinator.domain.announcing.statement import Speaker
from coordinator.domain.engine import Engine
from coordinator.domain.model.verdict import Severity
from coordinator.domain.schedule.ledger import Ledger
from coordinator.ingest import rows
from coordinator.messaging.signing import Signer
from coordinator.store.state.gaps import Gaps
from coordinator.verdicts.judge_loop import JudgeLoop
from tests.simulation.parts import coordinator
from worker.contract.result import Result, result_id


class Mutation(NamedTuple):
    """A mistake."""

    make: Callable[[], None]
    faults: str
    hours: float
    breaks: str


def _no_dedupe() -> None:
    def of_its_worker(
        check: str, region: str, worker: str, slot: int, attempt: int, *, made: bool
    ) -> str:
        return result_id(check, f"{region}/{worker}", worker, slot, attempt, made=made)

    vars(rows).update(result_id=of_its_worker)


def _no_fence() -> None:
    """Of what is ordered twice the key of the store would let one look in."""
    _no_dedupe()
    vars(coordinator).update(unsent=lambda marked, _marks: [True] * len(marked))


def _signs_something_else() -> None:
    sign = Signer.sign

    def signed(signer: Signer, task: str, to: str, until: int, message: Any) -> dict[str, Any]:
        return sign(signer, task, to, until, message) | {"until": until + 1}

    Signer.sign = signed  # type: ignore[method-assign]


def _forgets_looks() -> None:
    def sweep(ledger: Ledger, _now: int) -> list[Any]:
        changed = list(ledger._changed.values())
        ledger._changed.clear()
        return changed

    Ledger.sweep = sweep  # type: ignore[method-assign]


def _fills_no_gap() -> None:
    async def fill(_gaps: Gaps, _arrived: Any) -> int:
        return 0

    Gaps.fill = fill  # type: ignore[method-assign]


def _claims_everywhere() -> None:
    say = Speaker.verdict

    def verdict(speaker: Speaker, *told: Any, **more: Any) -> Any:
        found = say(speaker, *told, **more)
        if found.severity is Severity.OPERATIONAL:
            return found
        return replace(found, regions=tuple(sorted({cell.region for cell in found.cells})))

    Speaker.verdict = verdict  # type: ignore[method-assign]


def _judges_less_than_it_stores() -> None:
    observe = JudgeLoop.observe

    async def less(loop: JudgeLoop, new: Sequence[Result]) -> None:
        engine = loop._engine
        vars(engine).update(observe=lambda some: Engine.observe(engine, list(some)[::2]))
        await observe(loop, new)

    JudgeLoop.observe = less  # type: ignore[method-assign]


_UNANSWERED: Final = ",".join(
    f"unanswered:{seat}@{at}+1.5" for seat in ("c1", "c2") for at in range(100, 130, 4)
)
MUTATIONS: Final = {
    "no-dedupe": Mutation(_no_dedupe, "partition:r03@204+28.3", 0.1, "twice"),
    "no-fence": Mutation(_no_fence, _UNANSWERED, 0.1, "twice"),
    "signs-something-else": Mutation(_signs_something_else, "slow:r01@20+5=1", 0.02, "forged"),
    "forgets-looks": Mutation(
        _forgets_looks, "wipe:r01-0@100+60,wipe:r01-1@100+60", 0.13, "unaccounted"
    ),
    "fills-no-gap": Mutation(_fills_no_gap, "partition:r01@100+60", 0.12, "both"),
    "claims-everywhere": Mutation(
        _claims_everywhere, "partition:r03@100+800,outage:s0..@740+120", 0.26, "claims"
    ),
    "judges-less": Mutation(_judges_less_than_it_stores, "outage:s0..@120+200", 0.12, "replay"),
}
