"""A lane: one worker's looks at one check. It turns throws into results."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from coordinator.domain.model.topology import Check
from coordinator.evaluation.simulator.fleet.placement import Site
from coordinator.evaluation.simulator.world.dice import WHOLE, Dice, look_of, part
from coordinator.evaluation.simulator.world.noise import COMMON
from coordinator.evaluation.simulator.world.trouble import NOT_MADE, TIMEOUT, Failure, Trouble
from worker.contract.instant import Instant
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result

_TO_FIRST_BYTE: Final = 0.9
_MOST_LATE_MS: Final = 120_000
_TAIL: Final = (2.0, 8.0)
_OK: Final = Reason.OK
_NONE: Final = Blame.NONE


@dataclass(frozen=True, slots=True)
class Odds:
    """Throws below each bound have that fate; the bounds follow one another, so a look has one fate
    at most.
    """

    failing: int
    lost: int
    late: int
    repeated: int
    tail: int

    @staticmethod
    def of(failing: float, lost: float, late: float, repeated: float, tail: float) -> "Odds":
        """From the chance of each."""
        bounds, chance = [], 0.0
        for more in (failing, lost, late, repeated, tail):
            chance += more
            bounds.append(round(chance * (1 << 48)) << 48)
        return Odds(*bounds)


@dataclass(frozen=True, slots=True)
class Lane:
    """Everything about one worker's looks at one check that does not change."""

    check: Check
    region: str
    worker: str
    offset_ms: int
    """How long after the due moment this worker begins."""
    base_ms: float
    factors: Sequence[float]
    transit_ms: int
    site: Site
    odds: Odds
    troubles: tuple[Trouble, ...]
    """Those of the scenario that can touch it, the worker's own first."""
    dice: Dice

    def looks(
        self, due: Iterable[tuple[int, Instant]], hour: float, troubles: Sequence[Trouble]
    ) -> list[Result]:
        """The results of the looks due in these slots at these moments, repeats too, in that order.

        `troubles` are at least those that touch a look; without any the common case is quick, as it
        must be.
        """
        made: list[Result] = []
        keep, rare = made.append, self.odds.tail
        check, region, worker, dice = self.check.id, self.region, self.worker, self.dice
        service, component, kind, site = (
            self.check.service,
            self.check.component,
            self.check.kind,
            self.site,
        )
        factor, term, mask, factors, base = (
            dice.factor,
            dice.term,
            WHOLE - 1,
            self.factors,
            self.base_ms * hour * 10,
        )
        status = self._status
        ip, asn, country, extra = site.ip, site.asn, site.country, site.extra
        offset, transit, deadline = self.offset_ms, self.transit_ms, self.check.timeout_ms * 10
        for slot, at in due:
            look = look_of(check, region, worker, slot, 0)
            throw = (int(look, 16) * factor + term) & mask
            tenths = int(base * factors[throw >> 52 & 4095])
            if throw < rare or tenths > deadline or (troubles and _any(troubles, at)):
                made.extend(self._odd_looks(look, throw, at, hour, troubles))
                continue
            started = at + offset + (throw & 3)
            received = started + tenths // 10 + transit + (throw >> 4 & 511)
            first, whole = int(tenths * _TO_FIRST_BYTE) / 10, tenths / 10
            keep(
                Result(
                    look,
                    check,
                    service,
                    component,
                    kind,
                    region,
                    worker,
                    at,
                    started,
                    received,
                    0,
                    True,
                    _OK,
                    _NONE,
                    "",
                    status,
                    None,
                    None,
                    None,
                    first,
                    whole,
                    ip,
                    asn,
                    country,
                    extra,
                )
            )
        return made

    def look(
        self, slot: int, at: Instant, attempt: int, hour: float, troubles: Sequence[Trouble]
    ) -> Result | None:
        """One look at any moment; None when its result never comes. It is the one that `looks`
        gives for the same.
        """
        look = look_of(self.check.id, self.region, self.worker, slot, attempt)
        made = self._odd_looks(look, self.dice.throw(look), at, hour, troubles, attempt)
        return made[0] if made else None

    @property
    def _status(self) -> int | None:
        return 200 if self.check.kind == "http" else None

    def _odd_looks(
        self,
        look: str,
        throw: int,
        at: Instant,
        hour: float,
        troubles: Sequence[Trouble],
        attempt: int = 0,
    ) -> list[Result]:
        fate = _suffered(
            throw, [trouble for trouble in troubles if trouble.since <= at < trouble.until]
        )
        odds = self.odds
        if fate.silent or odds.failing <= throw < odds.lost:
            return []
        result = self._result(look, throw, at, attempt, self._took(throw, hour, fate), fate)
        if odds.late <= throw < odds.repeated:
            return [result, again(result, round(part(throw, 61) * _MOST_LATE_MS))]
        return [result]

    def _took(self, throw: int, hour: float, fate: "Fate") -> int:
        """Tenths of milliseconds; it may leave the fate a failure."""
        tenths = int(self.base_ms * hour * 10 * self.factors[throw >> 52 & 4095])
        odds, deadline = self.odds, self.check.timeout_ms * 10
        if throw < odds.failing and fate.failure is None:
            fate.failure = _drawn(COMMON, part(throw, 62))
        elif odds.repeated <= throw < odds.tail:
            fate.slow *= _TAIL[0] + _TAIL[1] * part(throw, 62) ** 3
        tenths = int(tenths * fate.slow) + 10 * fate.delay_ms
        if fate.failure is None and tenths > deadline:
            fate.failure = TIMEOUT
        if fate.failure is None:
            return tenths
        if fate.failure.status_code and self.check.kind != "http":
            fate.failure = TIMEOUT  # only HTTP answers with a status
        return (
            deadline if fate.failure is TIMEOUT else min(deadline, int(tenths * fate.failure.pace))
        )

    def _result(
        self, look: str, throw: int, at: Instant, attempt: int, tenths: int, fate: "Fate"
    ) -> Result:
        failure, check = fate.failure, self.check
        ran = failure is not NOT_MADE
        began = at + self.offset_ms + (throw & 3)
        if not ran and not fate.clock_ms:
            began += check.interval_ms + 1000
        answered = ran and (failure is None or failure.status_code is not None)
        found = ran and (failure is None or failure.reason is not Reason.DNS)
        late_ms = (
            round(part(throw, 60) * _MOST_LATE_MS)
            if self.odds.lost <= throw < self.odds.late
            else 0
        )
        return Result(
            look,
            check.id,
            check.service,
            check.component,
            check.kind,
            self.region,
            self.worker,
            at,
            began + fate.clock_ms,
            began + tenths // 10 + self.transit_ms + (throw >> 4 & 511) + late_ms,
            attempt,
            failure is None,
            failure.reason if failure else _OK,
            failure.blame if failure else _NONE,
            failure.detail if failure else "",
            failure.status_code if failure else self._status,
            ttfb_ms=int(tenths * _TO_FIRST_BYTE) / 10 if answered else None,
            total_ms=tenths / 10 if ran else None,
            ip=self.site.ip if found else None,
            asn=self.site.asn if found else None,
            ip_country=self.site.country if found else None,
            extra=self.site.extra if answered else {},
        )


@dataclass(slots=True)
class Fate:
    """What troubles do to one look."""

    failure: Failure | None = None
    slow: float = 1.0
    delay_ms: int = 0
    clock_ms: int = 0
    silent: bool = False


def again(result: Result, later_ms: int) -> Result:
    """The same result received once more, later."""
    return result._replace(received_at=result.received_at + later_ms)


def _suffered(throw: int, troubles: Sequence[Trouble]) -> Fate:
    fate = Fate()
    for which, trouble in enumerate(troubles):
        if part(throw, which) < trouble.share:
            fate.silent |= trouble.silent
            fate.slow *= trouble.slow
            fate.delay_ms += trouble.delay_ms
            fate.clock_ms += trouble.clock_ms
            if trouble.failures and fate.failure is None:
                fate.failure = _drawn(trouble.failures, part(throw, which + 32))
    return fate


def _drawn(failures: Sequence[Failure], chance: float) -> Failure:
    return failures[int(chance * len(failures))]


def _any(troubles: Sequence[Trouble], at: Instant) -> bool:
    return any(trouble.since <= at < trouble.until for trouble in troubles)
