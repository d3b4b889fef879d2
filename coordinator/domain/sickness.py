"""Sickness: whether a worker's failures are its own, told by references and by what other regions saw."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from coordinator.domain.look import Look
from coordinator.domain.rules import Rules
from coordinator.domain.vantage import Endpoint, Glimpse, Vantage
from worker.contract.instant import Instant

Elsewhere = Callable[[str, str], Sequence[Glimpse]]
"""(check, region) -> what each other region saw of that check lately."""

CONTRADICTIONS = 2
"""Other regions that must have succeeded before a failed look speaks against the worker."""
FAILURES = 2
"""Failed looks at references before they speak at all: one lost packet is not a sickness."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What speaks against a worker: `signs` are the moments; `why` is empty when it is fit."""

    signs: tuple[Instant, ...] = ()
    why: str = ""
    doubtful: bool = False
    """Half of what it takes speaks against it: what it sees meanwhile has to wait."""

    @property
    def sick(self) -> bool:
        """Whether enough speaks against it."""
        return bool(self.why)


HEALTHY = Diagnosis()


def diagnose(vantage: Vantage, endpoints: Mapping[str, Endpoint], elsewhere: Elsewhere, rules: Rules) -> Diagnosis:
    """Weigh a worker's failed looks: is it the worker, or what it looks at?

    Two rules. Absolute: its references fail. Relative: it fails where other regions succeed, at several
    independent places; if at one place only, that place is the suspect.
    """
    if _blames_one_place(vantage, endpoints):
        return HEALTHY
    witnesses = vantage.witnesses(endpoints)
    signs = [
        (endpoint, look) for endpoint, look in witnesses if not look.ok and _is_sign(vantage, endpoint, look, elsewhere)
    ]
    if not signs:
        return HEALTHY
    seen, failing = _groups(witnesses), _failing_groups(witnesses, signs)
    references = {group for group in seen if seen[group]}
    failing_references = failing & references
    moments = tuple(look.at for endpoint, look in signs if endpoint.reference)
    strength = sum(min(vantage.failing[look.check], FAILURES) for endpoint, look in signs if endpoint.reference)
    if strength >= FAILURES and len(failing_references) >= rules.unfit_share * len(references) > 0:
        return Diagnosis(moments, f"{len(failing_references)} of {len(references)} references fail too")
    places = seen.keys() | vantage.references_answered(endpoints)
    if len(failing) > 1 and len(failing) >= rules.unfit_share * len(places):
        why = f"fails at {len(failing)} of {len(places)} independent places where others succeed"
        return Diagnosis(tuple(look.at for _, look in signs), why)
    doubtful = len(failing) > 1 and len(failing_references) >= rules.unfit_share / 2 * len(references) > 0
    return Diagnosis(moments, doubtful=doubtful)


def _blames_one_place(vantage: Vantage, endpoints: Mapping[str, Endpoint]) -> bool:
    """Whether nothing fails, or one service alone: the common cases, told without asking the other regions."""
    failing = [endpoints[check] for check in vantage.failing]
    return not any(endpoint.reference for endpoint in failing) and len({endpoint.group for endpoint in failing}) < 2


def _is_sign(vantage: Vantage, endpoint: Endpoint, look: Look, elsewhere: Elsewhere) -> bool:
    """Whether a failed look speaks against the worker that made it.

    At a reference it does, unless the worker is alive and no other region was answered there before and since:
    then the reference itself may be down. Elsewhere it does only when several other regions were so answered.
    """
    others = elsewhere(look.check, look.region)
    answered = sum(other.was_good_around(look.at) for other in others)
    if endpoint.reference:
        return answered > 0 or not others or not vantage.answered_since(look.at)
    return answered >= CONTRADICTIONS


def _groups(witnesses: Sequence[tuple[Endpoint, Look]]) -> dict[str, bool]:
    """The groups heard, and whether each is a reference."""
    return {endpoint.group: endpoint.reference for endpoint, _ in witnesses}


def _failing_groups(
    witnesses: Sequence[tuple[Endpoint, Look]], signs: Sequence[tuple[Endpoint, Look]]
) -> frozenset[str]:
    """The groups of which more than half speaks against the worker."""
    against = [endpoint.group for endpoint, _ in signs]
    all_looks = [endpoint.group for endpoint, _ in witnesses]
    return frozenset(group for group in against if 2 * against.count(group) > all_looks.count(group))
