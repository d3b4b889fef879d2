"""The looks themselves, made by the same engine as workers have, and what follows from each."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.documents.handed_out import HandedOut
from coordinator.domain.localizing.seen import OwnLook
from worker.contract.message import CheckSpec
from worker.contract.outcome import Blame, Outcome, Reason, failure
from worker.probes.run import SpecError, Vantage, look_once, parse_spec
from worker.targets.guard import Guard

AGAIN_S: Final = 1.0
"""What failed is looked at once more after a moment."""
MOST_TIMEOUT_MS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Where:
    """How this machine looks: which networks that are not public it may, and whom it trusts."""

    allow: Sequence[str] = ()
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A look and what came of it."""

    handed: HandedOut
    outcome: Outcome

    @property
    def says(self) -> bool:
        """Whether it says anything of the target; what was our own doing does not."""
        return self.outcome.blame is not Blame.PROBER

    @property
    def failed(self) -> bool:
        """Whether it says that the target failed."""
        return self.says and not self.outcome.ok


async def look(handed: Iterable[HandedOut], where: Where) -> list[Made]:
    """Make every look at once, and those that failed again."""
    ca_file = str(where.ca_file) if where.ca_file else None
    vantage = Vantage(guard=Guard(list(where.allow)), ca_file=ca_file)
    try:
        first = await asyncio.gather(*(_look(one, vantage) for one in handed))
        failed = [one.handed for one in first if one.failed]
        if not failed:
            return list(first)
        await asyncio.sleep(AGAIN_S)
        return [*first, *await asyncio.gather(*(_look(one, vantage) for one in failed))]
    finally:
        await vantage.close()


async def _look(handed: HandedOut, vantage: Vantage) -> Made:
    try:
        timeout_ms = min(int(handed["timeout_ms"]), MOST_TIMEOUT_MS)
        spec = CheckSpec(
            id=handed["check"],
            kind=handed["kind"],
            interval_ms=timeout_ms,
            timeout_ms=timeout_ms,
            params=handed["params"],
        )
        parsed = parse_spec(spec.model_dump_json())
    except (SpecError, ValueError) as error:
        why = f"cannot be looked at from here: {error}"
        return Made(handed, failure(Reason.INTERNAL, why))
    return Made(handed, await look_once(parsed, vantage))


def own(made: Iterable[Made], service: str = "") -> list[OwnLook]:
    """The looks that say something, as they are weighed."""
    saying = (one for one in made if one.says)
    return [OwnLook(one.handed["of"].removeprefix(f"{service}/"), one.outcome.ok) for one in saying]
