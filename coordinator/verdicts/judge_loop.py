"""Judging what was stored: fold it in the order of receipt, judge each second, save what
changed.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from coordinator.configuration import Configuration
from coordinator.domain.engine import Engine, Event
from coordinator.domain.inference.confirm import Ask
from coordinator.domain.model.fitness import FitnessChange
from coordinator.domain.model.verdict import Verdict
from coordinator.domain.schedule.ledger import Ledger
from coordinator.runtime.metrics import Counters
from coordinator.runtime.retry import persistently
from coordinator.scheduling.extra_looks import ExtraLooks
from coordinator.scheduling.gaps import settle
from coordinator.store import Store
from coordinator.store.state.incidents import Line
from coordinator.store.state.standings import Standing
from coordinator.verdicts import learned
from coordinator.verdicts.correction import Corrections
from coordinator.verdicts.current_state import CurrentState
from coordinator.verdicts.restart import rebuilt
from coordinator.verdicts.timeline import lines
from coordinator.verdicts.warm import Warm
from worker.contract import clock
from worker.contract.instant import Instant
from worker.contract.logs import trace
from worker.contract.result import Result

log = logging.getLogger(f"outscope.{__name__}")

SECOND_MS: Final = 1_000
_LATELY: Final = 2_000
_TOLD: Final = 50


class JudgeLoop:
    """The engine and what it says, kept in step with the store. One task calls it, with stored
    results in order.
    """

    def __init__(
        self,
        store: Store,
        engine: Engine | None,
        extra_looks: ExtraLooks,
        ledger: Ledger,
        counters: Counters,
        configuration: Configuration,
        warm: Warm | None = None,
    ) -> None:
        self._store = store
        self._engine = engine or Engine(configuration.judged, configuration.rules)
        self._extra_looks = extra_looks
        self._extra_looks.configure(configuration.topology)
        self._ledger = ledger
        self._counters = counters
        self._configuration = configuration
        self._warm = warm
        self._current_state = CurrentState()
        self._corrections = Corrections(store)
        self._corrections.configure(configuration.topology)
        self._anew = engine is None
        """Whether it is to be rebuilt from what is stored: at first, for orders do not wait for
        that, and when results that were judged count no more, or count again.
        """
        self._judged_second = 0
        self._learned_in = 0
        self._lately: deque[Result] = deque(maxlen=_LATELY)
        """What was folded last, for the log."""

    def configure(self, configuration: Configuration) -> None:
        """Judge by this configuration from now on."""
        if configuration is not self._configuration:
            self._anew = self._anew or configuration.struck != self._configuration.struck
            self._configuration = configuration
            self._extra_looks.configure(configuration.topology)
            self._engine.reconfigure(configuration.judged, configuration.rules)
            self._current_state.forget()
            self._corrections.configure(configuration.topology)

    async def observe(self, new: Sequence[Result]) -> None:
        """Fold results that were stored for the first time; in a thread, for orders must not wait
        for it.
        """
        await asyncio.to_thread(self._engine.observe, new)
        self._corrections.note(new)
        settle(self._ledger, new, self._configuration.topology)
        self._counters.results += len(new)
        if log.isEnabledFor(logging.DEBUG):
            self._lately.extend(new)
        self._counters.folded_until_ms = clock.now()

    async def judge(self, at: Instant) -> None:
        """Judge by what was observed, once in each second."""
        second = at // SECOND_MS
        if second == self._judged_second:
            return
        self._judged_second = second
        if self._anew:
            await self._begin_anew(at)
        asks, events, incidents, standings = await asyncio.to_thread(self._judged, at)
        self._extra_looks.order(asks, clock.now())
        await self._save_events(events, incidents)
        if standings:
            await persistently("standings", lambda: self._store.standings.put_many(standings))
        await self._save_learned(at)
        await self._corrections.step(self._engine, self._configuration, at)
        self._counters.judged_at_ms = clock.now()

    async def _begin_anew(self, at: Instant) -> None:
        """Judge by what is stored and counts, as after a restart. All that was received before this
        moment is stored; what is observed again after it does no harm.
        """
        configuration, warm = self._configuration, self._warm
        self._engine = await persistently(
            "rebuilt", lambda: rebuilt(self._store, configuration, at, warm)
        )
        self._current_state.forget()
        self._anew = False

    async def _save_learned(self, at: Instant) -> None:
        """Write down what is normal now and then; in a quiet time it changes slowly."""
        if at // learned.EVERY_MS != self._learned_in:
            self._learned_in = at // learned.EVERY_MS
            normal = await asyncio.to_thread(self._engine.learned)
            await persistently("learned", lambda: learned.save(self._store, normal))

    def _judged(
        self, at: Instant
    ) -> tuple[Sequence[Ask], Sequence[Event], list[Line], list[Standing]]:
        began_s = clock.monotonic_s()
        events = self._engine.advance(at)
        asks = self._engine.asks()
        incidents = list(lines(events, self._engine))
        standings = self._current_state.changes(self._engine, at)
        self._counters.judge_ms.add((clock.monotonic_s() - began_s) * 1000)
        return asks, events, incidents, standings

    def _tell_of(self, verdict: Verdict) -> None:
        """Which looks were heard last before a verdict, by the names that they have in all logs."""
        rests = _rests_on(verdict.service, self._lately)
        log.debug("verdict_follows service=%s traces=%s", verdict.service, rests)

    async def _save_events(self, events: Sequence[Event], incidents: Sequence[Line]) -> None:
        for event in events:
            log.info("%s", _line(event))
            if isinstance(event, Verdict) and log.isEnabledFor(logging.DEBUG):
                self._tell_of(event)
        verdicts = [event for event in events if isinstance(event, Verdict)]
        if verdicts:
            await persistently("verdicts", lambda: self._store.verdicts.add_many(verdicts))
        if incidents:
            await persistently("incidents", lambda: self._store.incidents.apply_lines(incidents))
        fitness = [event for event in events if isinstance(event, FitnessChange)]
        if fitness:
            await persistently("fitness", lambda: self._store.events.add_fitness(fitness))


def _rests_on(service: str, results: Iterable[Result]) -> str:
    """The looks of a service of which a line of the log tells: the last ones, those that failed
    first.
    """
    own = [one for one in results if one.service == service]
    own.sort(key=lambda one: (one.ok, -one.received_at))
    told = own[:_TOLD]
    return ",".join(trace(one.check, one.scheduled_at, one.attempt) for one in told) or "-"


def _line(event: Event) -> str:
    record = event.to_record()
    return f"{record['type']} " + " ".join(
        f"{key}={value}" for key, value in record.items() if key != "type"
    )
