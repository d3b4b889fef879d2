"""Looks from vantage points that are not ours: each becomes a measurement of the public API, within
what may be spent, and what a probe saw becomes an ordinary outcome.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import Any, Final

from worker.borrowed.answer import Created, Measurement
from worker.borrowed.api import Api, ApiError
from worker.borrowed.budget import Budget
from worker.borrowed.reading import outcome_of, told
from worker.borrowed.request import kept, measurement, places, tests
from worker.contract.borrowing.rules import objection
from worker.contract.clock import monotonic_s, now
from worker.contract.outcome import Outcome, Reason, failure
from worker.contract.target import Target
from worker.probes.look.vantage import Look, Vantage
from worker.probes.names.resolver import Unresolved
from worker.probes.run import ParsedCheck
from worker.targets.guard import Guard

MEASURED_S: Final = 25.0
"""A measurement that is not over by then is given up."""
POLL_S: Final = 0.5
RESOLVE_MS: Final = 2000
_MOST_KNOWN: Final = 64

log = logging.getLogger(f"outscope.{__name__}")


class Relay:
    """Makes looks from borrowed places. `guard` knows whom the operator never probes; networks that
    it allows beyond the public ones are not looked at from there.
    """

    def __init__(self, api: Api, budget: Budget, vantage: Vantage) -> None:
        self._api = api
        self._budget = budget
        self._vantage = vantage
        self._before: dict[str, str] = {}
        """For each place, the measurement whose probes are asked again."""
        self._away = False

    async def look(
        self, parsed: ParsedCheck, location: Mapping[str, Any], *, confirming: bool
    ) -> Outcome:
        """What is seen from there. Never raises."""
        try:
            await self._refuse(parsed)
            return await self._measured(parsed, location, confirming=confirming)
        except ApiError as error:
            self._heard(away=error.away, why=str(error))
            return failure(error.reason, str(error), extra=told(asked=False))
        except Exception as error:  # the boundary: whatever we did wrong is ours
            log.exception("borrowed_look_failed check=%s", parsed.spec.id)
            sentence = f"the relay itself failed: {type(error).__name__}"
            return failure(Reason.INTERNAL, sentence, extra=told(asked=False))

    async def _refuse(self, parsed: ParsedCheck) -> None:
        """ApiError when this must not leave the house."""
        why = objection(parsed.spec.kind, parsed.spec.params)
        guard = self._vantage.guard
        strict = Guard(policy=guard.policy)
        for target in () if why else parsed.targets:
            why = why or guard.objection(target) or ""
            if not why and target.host is not None:
                why = await self._inner(target, strict, parsed)
        if why:
            raise ApiError(f"not looked at from there: {why}", reason=Reason.BLOCKED)

    async def _inner(self, target: Target, guard: Guard, parsed: ParsedCheck) -> str:
        """Why a host is not one of the public internet, by the addresses that it has from here. One
        that has none here is asked for: that it has none may be the very trouble.
        """
        look = Look(self._vantage, RESOLVE_MS, check=parsed.spec.id)
        try:
            found = await self._vantage.resolver.find(target.host or "", target.port or 0, look)
        except Unresolved:
            return ""
        return next((why for end in found.endpoints if (why := guard.refusal(end.ip))), "")

    async def _measured(
        self, parsed: ParsedCheck, location: Mapping[str, Any], *, confirming: bool
    ) -> Outcome:
        share = kept(location)
        if not self._budget.take(tests(location), share, now(), confirming=confirming):
            left = self._budget.window(now()).left
            why = "" if confirming else ", which are kept for looks that confirm"
            raise ApiError(f"not asked: {left} tests are left{why}", reason=Reason.RATE_LIMITED)
        place = json.dumps(location, sort_keys=True)
        try:
            created = await self._created(measurement(parsed.params), location, place)
        except ApiError as error:
            if error.free:
                self._budget.give_back(tests(location), now())
            raise
        measured = await self._finished(created)
        self._heard(away=False)
        self._remember(place, measured)
        return outcome_of(measured, parsed.params, parsed.spec.timeout_ms)

    async def _created(
        self, asked: Mapping[str, Any], location: Mapping[str, Any], place: str
    ) -> Created:
        """A measurement by the probes that were asked before, or by others when those are gone."""
        for before in dict.fromkeys((self._before.get(place), None)):
            at = places(location, before)
            created, reply = await self._api.create({**asked, "locations": at})
            limits = reply.limits()
            if limits is not None:
                self._budget.heard(*limits, now())
            if not isinstance(created, ApiError):
                return created
            if before is None or not created.stale:
                raise created
            del self._before[place]
        raise AssertionError  # the last one is None, which returns or raises

    async def _finished(self, created: Created) -> Measurement:
        give_up_at_s, etag = monotonic_s() + MEASURED_S, ""
        while monotonic_s() < give_up_at_s:
            await asyncio.sleep(POLL_S)
            measured, etag = await self._api.measurement(created.id, etag)
            if measured is not None and measured.is_over:
                return measured
        raise ApiError(f"the measurement {created.id} was not over within {MEASURED_S:g} s")

    def _remember(self, place: str, measured: Measurement) -> None:
        """The same probes are asked again, as long as all of them are there."""
        self._before.pop(place, None)
        if all(seen.result.status in ("finished", "failed") for seen in measured.results):
            self._before[place] = measured.id
        while len(self._before) > _MOST_KNOWN:
            del self._before[next(iter(self._before))]

    def _heard(self, *, away: bool, why: str = "") -> None:
        """Say once that nobody answers, and once that somebody does again."""
        if away and not self._away:
            log.warning(
                "globalping_away error=%s; borrowed regions see nothing until it answers, all else"
                " goes on",
                why,
            )
        elif self._away and not away:
            log.info("globalping_back")
        self._away = away
