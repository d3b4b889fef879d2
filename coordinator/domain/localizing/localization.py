"""Fault localization for one machine: its looks weighed with what the fleet's filter says.

The filter's posterior is the prior: how likely each reach of a disruption is now. Beside it the
machine, or its network, may lose some share of everything, told by references as it is of workers,
or fail at this service alone. Under each pair of the two the machine's own looks are so likely, and
Bayes' rule does the rest. Who asks has seen something fail: that counts as one look that failed
before. A path may fail as a whole for a moment, so no moment says more of it than that is rare.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, log
from typing import Final, NamedTuple

from coordinator.domain.inference.posterior import SHARES
from coordinator.domain.localizing.seen import Link, OwnLook, Reach, Seen
from coordinator.domain.model.rules import Rules
from coordinator.domain.vantages.error_rates import USUAL_SHARE, WITNESS_NATS
from coordinator.domain.vantages.spells import LOSSES, SICK_BEFORE

ALONE: Final = 0.02
"""How likely a machine, or its network, is kept from one service alone: by a filter, a proxy, a
tunnel, an old address. People's machines have more of these than workers.
"""
IMPOSSIBLE: Final = 1e-12
"""What nothing speaks for is taken to be so likely, so that it has a logarithm."""
EVERY: Final = frozenset[str]()
"""Components that nobody names: all of them."""
ASKED: Final = OwnLook("", ok=False)
"""Why somebody asks."""


class Whose(StrEnum):
    """Whose trouble it is."""

    MACHINE = "machine"
    NETWORK = "network"
    REGION = "region"
    EVERYBODY = "everybody"
    NOBODY = "nobody"


LINK_DOWN: Final[Mapping[Whose, float]] = {Whose.MACHINE: 0.7, Whose.NETWORK: 0.01}
"""How likely a link is down while the machine, or its network, is what fails..."""
LINK_DOWN_ELSE: Final = 0.001
"""...and while neither does."""


@dataclass(frozen=True, slots=True)
class Location:
    """How likely it is whose trouble; the chances sum to 1."""

    chance: Mapping[Whose, float]

    @property
    def here(self) -> float:
        """How likely it is the machine or its network, whichever of the two."""
        return self.chance[Whose.MACHINE] + self.chance[Whose.NETWORK]

    def surely(self, rules: Rules) -> Whose | None:
        """Whose trouble may be claimed to be; None when no one may."""
        best = max(Whose, key=self.chance.__getitem__)
        return best if self.chance[best] >= rules.claim_share else None


class Ailment(NamedTuple):
    """What may be wrong at the machine itself: whose it is, how much of everything it loses, and
    whether it fails at this service alone; and how likely there is no link then.
    """

    whose: Whose
    prior: float
    loss: float = 0.0
    alone: bool = False
    link_down: float = LINK_DOWN_ELSE


def locate(seen: Seen, fleet: Sequence[Reach] | None, rules: Rules) -> Location:
    """Whose trouble it is. `fleet` is what the filter holds possible now, nothing of it being the
    rest; None when the fleet cannot be asked.
    """
    reaches = _usual_reaches(rules) if fleet is None else [*_split(fleet, rules)]
    left = max(1e-9, 1 - sum(reach.chance for _, reach in reaches))
    every = [*reaches, (Whose.NOBODY, Reach(EVERY, left, False))]
    nats: list[tuple[Whose, float]] = []
    for whose, reach in every:
        for ailment in _ailments():
            told = log(max(IMPOSSIBLE, reach.chance)) + log(ailment.prior)
            told += _looks_nats(seen.service, whose, reach, ailment, rules)
            told += _reference_nats(seen.references, ailment.loss) + _link_nats(seen.link, ailment)
            nats.append((ailment.whose if whose is Whose.NOBODY else whose, told))
    return Location(_shares(nats))


def _split(fleet: Iterable[Reach], rules: Rules) -> Iterator[tuple[Whose, Reach]]:
    """Each explanation as what it means here: everybody's, the region's, or somebody else's."""
    wide, narrow = exp(-rules.service_nats), exp(-rules.region_nats)
    for reach in fleet:
        share = wide / (wide + narrow) if reach.everywhere is None else float(reach.everywhere)
        yield Whose.EVERYBODY, _part(reach, share)
        yield Whose.REGION, _part(reach, (1 - share) * reach.near)


def _part(reach: Reach, share: float) -> Reach:
    return Reach(reach.components, reach.chance * share, reach.everywhere, reach.near)


def _usual_reaches(rules: Rules) -> list[tuple[Whose, Reach]]:
    """How often a service is down at all: as often as it begins, for as long as it lasts."""
    prices = {Whose.EVERYBODY: rules.service_nats, Whose.REGION: rules.region_nats}
    return [
        (whose, Reach(EVERY, exp(rules.end_nats - price), whose is Whose.EVERYBODY))
        for whose, price in prices.items()
    ]


def _ailments() -> Iterator[Ailment]:
    yield Ailment(Whose.NOBODY, 1 - SICK_BEFORE - ALONE)
    for whose in (Whose.MACHINE, Whose.NETWORK):
        yield Ailment(whose, ALONE / 2, alone=True)
        for loss in LOSSES:
            prior = SICK_BEFORE / 2 / len(LOSSES)
            yield Ailment(whose, prior, loss, link_down=LINK_DOWN[whose])


def _looks_nats(
    looks: Sequence[OwnLook], whose: Whose, reach: Reach, ailment: Ailment, rules: Rules
) -> float:
    """How much likelier the looks at the service are than if all is well; and that anybody asks."""
    loss, most = ailment.loss, rules.blip_nats
    lost = _nats(looks, loss) + min(_nats([ASKED], loss), most)
    if whose is Whose.NOBODY and not ailment.alone:
        return lost
    sets, tried = [reach.components], list(SHARES)
    if ailment.alone:  # all of the service, or a part of it; what is in the way lets little through
        sets = [EVERY, *(frozenset((one,)) for one in _components(looks))]
        tried = tried[-1:]
    shares = [1 - (1 - loss) * (1 - share) for share in tried]
    told = [_failing_nats(looks, fails, share, loss, most) for fails in sets for share in shares]
    return min(_mean(told), max(lost, 0.0) + 2 * most)


def _failing_nats(
    looks: Sequence[OwnLook], fails: frozenset[str], share: float, loss: float, most: float
) -> float:
    """The same while such a share fails of some components, of all without any, and of the rest
    what is lost.
    """
    asked = min(_nats([ASKED], share), most)
    return asked + sum(
        _nats([look], share if not fails or look.of in fails else loss) for look in looks
    )


def _components(looks: Iterable[OwnLook]) -> list[str]:
    return sorted({look.of for look in looks})


def _reference_nats(looks: Sequence[OwnLook], loss: float) -> float:
    """As above, of the references: no operator says more alone than others say, too."""
    operators: dict[str, list[OwnLook]] = {}
    for look in looks:
        operators.setdefault(look.of, []).append(look)
    each = [_nats(own, loss) for own in operators.values()]
    whole = sum(max(0.0, one) for one in each)
    return sum(min(one, max(WITNESS_NATS, whole - one)) for one in each)


def _nats(looks: Iterable[OwnLook], loss: float) -> float:
    good, bad = log(1 - loss), log((USUAL_SHARE + loss * (1 - USUAL_SHARE)) / USUAL_SHARE)
    return sum(good if look.ok else bad for look in looks)


def _link_nats(link: Link, ailment: Ailment) -> float:
    down = ailment.link_down
    return log({Link.DOWN: down, Link.UP: 1 - down, Link.UNKNOWN: 1.0}[link])


def _mean(nats: Sequence[float]) -> float:
    """The logarithm of the mean likelihood."""
    top = max(nats)
    return top + log(sum(exp(one - top) for one in nats) / len(nats))


def _shares(nats: Sequence[tuple[Whose, float]]) -> dict[Whose, float]:
    top = max(told for _, told in nats)
    found = dict.fromkeys(Whose, 0.0)
    for whose, told in nats:
        found[whose] += exp(told - top)
    whole = sum(found.values())
    return {whose: chance / whole for whose, chance in found.items()}
