"""Judging what was stored: fold it in the order of receipt, judge each second, save what
changed.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from coordinator.configuration import Configuration
from coordinator.domain.engine import Engine, Event
from coordinator.domain.inference.confirm import Ask
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
from coordinator.verdicts.current_state import CurrentState
from coordinator.verdicts.restart import rebuilt
from coordinator.verdicts.timeline import lines
from worker.contract import clock
from worker.contract.instant import Instant
from worker.contract.result import Result

log = logging.getLogger(f"outscope.{__name__}")

SECOND_MS: Final = 1_000


class JudgeLoop:
    """The engine and what it says, kept in step with the store. One task calls it, with stored
    results in order.
    """

    def __init__(
        self,
        store: Store,
        engine: Engine,
        extra_looks: ExtraLooks,
        ledger: Ledger,
        counters: Counters,
        configuration: Configuration,
    ) -> None:
        self._store = store
        self._engine = engine
        self._extra_looks = extra_looks
        self._extra_looks.configure(configuration.topology)
        self._ledger = ledger
        self._counters = counters
        self._configuration = configuration
        self._current_state = CurrentState()
        self._struck = False
        """Whether results that were judged count no more, or count again."""
        self._judged_second = 0
        self._learned_in = 0

    def configure(self, configuration: Configuration) -> None:
        """Judge by this configuration from now on."""
        if configuration is not self._configuration:
            self._struck = self._struck or configuration.struck != self._configuration.struck
            self._configuration = configuration
            self._extra_looks.configure(configuration.topology)
            self._engine.reconfigure(configuration.judged, configuration.rules)
            self._current_state.forget()

    async def observe(self, new: Sequence[Result]) -> None:
        """Fold results that were stored for the first time; in a thread, for orders must not wait
        for it.
        """
        await asyncio.to_thread(self._engine.observe, new)
        settle(self._ledger, new, self._configuration.topology)
        self._counters.results += len(new)
        self._counters.folded_until_ms = clock.now()

    async def judge(self, at: Instant) -> None:
        """Judge by what was observed, once in each second."""
        second = at // SECOND_MS
        if second == self._judged_second:
            return
        self._judged_second = second
        if self._struck:
            await self._begin_anew(at)
        asks, events, incidents, standings = await asyncio.to_thread(self._judged, at)
        self._extra_looks.order(asks, clock.now())
        await self._save_events(events, incidents)
        if standings:
            await persistently("standings", lambda: self._store.standings.put_many(standings))
        await self._save_learned(at)

    async def _begin_anew(self, at: Instant) -> None:
        """Judge by what is stored and counts, as after a restart. All that was received before this
        moment is stored; what is observed again after it does no harm.
        """
        configuration = self._configuration
        self._engine = await persistently(
            "rebuilt", lambda: rebuilt(self._store, configuration, at)
        )
        self._current_state.forget()
        self._struck = False

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

    async def _save_events(self, events: Sequence[Event], incidents: Sequence[Line]) -> None:
        for event in events:
            log.info("%s", _line(event))
        verdicts = [event for event in events if isinstance(event, Verdict)]
        if verdicts:
            await persistently("verdicts", lambda: self._store.verdicts.add_many(verdicts))
        if incidents:
            await persistently("incidents", lambda: self._store.incidents.apply_lines(incidents))


def _line(event: Event) -> str:
    record = event.to_record()
    return f"{record['type']} " + " ".join(
        f"{key}={value}" for key, value in record.items() if key != "type"
    )
