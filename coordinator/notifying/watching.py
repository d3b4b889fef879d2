"""What is to be said of vantage points now, asked of the store: how fit regions are, and what was
said of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from coordinator.configuration import Configuration
from coordinator.configuration.notifying.rules import rules_of
from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.topology import Topology
from coordinator.domain.notifying.rule import Rule
from coordinator.domain.notifying.thread import Step
from coordinator.domain.notifying.vantage_message import of_vantages
from coordinator.domain.notifying.vantages import MARK, TOGETHER_MS, Vantage, paces, vantage_steps
from coordinator.notifying.deciding import link_to
from coordinator.store import Store
from coordinator.store.notices.threads import KnownThread, Letter
from worker.contract.instant import Instant, parse_rfc3339

EVERY_MS: Final = 5_000
_BEHIND_MS: Final = 30_000
"""What is written so long after others is not judged any more: it is written again each 10 s."""
_STALE_MS: Final = 60_000
"""When all is older nobody judges, and nothing is known."""
_DAY_MS: Final = 86_400_000
_REGION: Final = "region"


class Watching:
    """Asks the rules of all regions, again and again."""

    def __init__(self, store: Store, public_url: str) -> None:
        self._store = store
        self._link = link_to(public_url, "/operate/workers")
        self._rules: list[Rule] = []
        self._channels: Mapping[str, Sequence[str]] = {}
        self._topology = Topology()
        self._paces: Mapping[str, int] = {}
        self._vantages: dict[str, Vantage] | None = None
        self._looked_at: Instant = 0

    def configure(
        self, configuration: Configuration, channels: Mapping[str, Sequence[str]]
    ) -> None:
        """Decide by this configuration, for the channels of each of its rules."""
        self._rules = rules_of(configuration.document)
        self._topology = configuration.topology
        self._paces = paces(configuration.judged)
        self._channels = channels
        self._vantages, self._looked_at = None, 0

    async def say(self, at: Instant) -> int:
        """Have all said that is due; how many messages that made."""
        if not self._rules or abs(at - self._looked_at) < EVERY_MS:
            return 0
        self._looked_at = at
        known = await self._store.notice_threads.known(at - TOGETHER_MS, MARK)
        if not (known or any(rule.workers for rule in self._rules)):
            return 0
        vantages = await self.look(at)
        if not vantages:
            return 0
        steps, letters = list[Step](), list[Letter]()
        for rule in self._rules:
            for step in _steps(rule, vantages, known, at):
                steps.append(step)
                letters += self._letters(step, rule, vantages, at)
        if steps:
            threads = [step.thread for step in steps]
            await self._store.notice_threads.say(threads, letters, at)
        return len(letters)

    async def look(self, at: Instant) -> Mapping[str, Vantage]:
        """The regions that are judged now and that anything is looked at from; none when nobody
        judges.
        """
        standing = await self._store.standings.all(_REGION)
        written = {region: parse_rfc3339(told["at"]) for region, told in standing.items()}
        newest = max(written.values(), default=0)
        if at - newest > _STALE_MS:
            return {}
        if self._vantages is None:
            self._vantages = await self._remembered(at - _DAY_MS)
        judged = [region for region in standing if newest - written[region] <= _BEHIND_MS]
        for region in judged:
            _note(self._vantages, region, standing[region], written[region])
        return {
            region: replace(self._vantages[region], pace_ms=self._paces[region])
            for region in judged
            if region in self._paces
        }

    async def _remembered(self, since: Instant) -> dict[str, Vantage]:
        """As what happened says it, so that a restart forgets nothing."""
        found = dict[str, Vantage]()
        for one in await self._store.events.fitness(since):
            told = {"fitness": one.fitness, "why": one.why}
            _note(found, one.region, told, one.at)
        return found

    def _letters(
        self, step: Step, rule: Rule, vantages: Mapping[str, Vantage], at: Instant
    ) -> list[Letter]:
        message = of_vantages(step, rule, vantages, self._topology, at, self._link)
        return [Letter(rule.id, channel, message) for channel in self._channels.get(rule.id, ())]


def _note(found: dict[str, Vantage], region: str, told: Mapping[str, Any], at: Instant) -> None:
    fitness, why = Fitness(told["fitness"]), told["why"]
    before = found.get(region) or Vantage(region, fitness, why, at)
    found[region] = before.followed_by(fitness, why, at)


def _steps(
    rule: Rule, vantages: Mapping[str, Vantage], known: Sequence[KnownThread], at: Instant
) -> list[Step]:
    own = [one for one in known if one.thread.rule == rule.id]
    going = [one.thread for one in own if not one.thread.over]
    begun = max((one.began_at for one in own), default=None)
    return list(vantage_steps(rule, vantages, going, begun, at))
