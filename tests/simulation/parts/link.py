"""The way between one host and the broker, with what can be wrong with it: cut in one direction or
both, slow, out of order, breaking often. Connections are as TCP's: what was said on one comes in
its order or not at all, and a request whose answer is lost may have arrived.
"""

import random
from collections.abc import Callable, Sequence
from typing import Any, Final

from tests.simulation.clockwork import HOST, Host, SimLoop
from tests.simulation.parts.broker import Broker, Given, Message

AGAIN_S: Final = (0.3, 2.0)
"""A connection that was lost is tried again after such a time."""
JUMBLED_S: Final = 3.0


class LinkError(OSError):
    """No answer came; whether the request arrived is not known."""


class Link:
    """One host's way. The faults are counts, so that those that overlap end one by one."""

    def __init__(self, loop: SimLoop, broker: Broker, chance: random.Random, base_s: float) -> None:
        self.loop, self.broker, self.chance = loop, broker, chance
        self._base_s = base_s
        self.out_cut = self.in_cut = self.deaf = 0
        """What is said does not arrive; no answer comes; nothing is given to who reads."""
        self.jumbled = self.repeats = self.flaky = 0
        self.slow_s = 0.0
        self.reset: Callable[[], None] | None = None
        """Has the connection that reads be made anew."""
        self.pause_s = 0.0
        """After each reading."""
        self._broken = False
        self._out_s = self._in_s = 0.0

    def delay_s(self) -> float:
        """What one message takes."""
        found = self._base_s * (0.8 + 0.4 * self.chance.random()) + self.slow_s
        return found + (JUMBLED_S * self.chance.random() if self.jumbled else 0.0)

    def usable(self) -> bool:
        """Whether a new connection can be made."""
        return self.broker.up and not self.out_cut and not self.in_cut

    def check(self, host: Host) -> bool:
        """Whether an answer will come to a request that arrives now. LinkError when the request
        itself does not arrive.
        """
        if not host.alive or not self.broker.up or self.out_cut or (self.in_cut and self._broken):
            self._broken = True
            raise LinkError("the broker cannot be reached")
        self._broken = bool(self.in_cut) or bool(self.flaky and self.chance.random() < 0.2)
        return not self._broken

    def send(self, host: Host, queue: str, messages: Sequence[Message]) -> None:
        """Put these at the broker; LinkError when nobody said that they are there."""
        answered = self.check(host)
        for message in messages:
            for _ in range(2 if self.repeats and self.chance.random() < 0.5 else 1):
                self.carry(queue, message)
        if not answered:
            raise LinkError("the connection broke before the answer")

    def carry(self, queue: str, message: Message) -> None:
        """It is on its way to the broker, and arrives."""
        at_s = self.loop.at_s + self.delay_s()
        if not self.jumbled:
            self._out_s = at_s = max(at_s, self._out_s)
        self.loop.call_at(at_s, self.broker.push, queue, message, context=NOBODY)

    def in_s(self) -> float:
        """When what the broker says now is here."""
        at_s = self.loop.at_s + self.delay_s()
        if not self.jumbled:
            self._in_s = at_s = max(at_s, self._in_s)
        return at_s


class Connection:
    """A connection that reads: it asks, is given, and asks again. `take` gets what came."""

    def __init__(
        self,
        host: Host,
        link: Link,
        queues: Callable[[], Sequence[str]],
        most: Callable[[str], int],
        take: Callable[[str, Sequence[Message]], None],
        connected: Callable[[bool], None],
        pause_s: float = 0.0,
    ) -> None:
        self._pause_s = pause_s
        """After what came, before it asks again."""
        self._host, self._link, self._queues = host, link, queues
        self._most, self._take, self._connected = most, take, connected
        self._number = 0
        """Of the connection; what comes over one that was lost is lost."""
        self._is_up = False
        link.reset = self.lose

    @property
    def queues(self) -> Sequence[str]:
        """As of the broker's readers."""
        return self._queues()

    def most(self, queue: str) -> int:
        """As of the broker's readers."""
        return self._most(queue)

    def open(self) -> None:
        """Connect, now or as soon as it is possible."""
        if self._is_up or not self._host.alive:
            return
        if self._link.usable() and self._link.broker.connect(self):
            self._is_up = True
            self._number += 1
            self._connected(True)
            self._host.later(self._link.delay_s(), self._ask, self._number)
        else:
            self._host.later(self._link.chance.uniform(*AGAIN_S), self.open)

    def lose(self) -> None:
        """It broke, and was noticed."""
        if self._is_up:
            self._is_up = False
            self._link.broker.part(self)
            self._connected(False)
            self._host.later(self._link.chance.uniform(*AGAIN_S), self.open)

    def dropped(self) -> None:
        """As of the broker's readers."""
        self.lose()

    def close(self) -> None:
        """End it for good."""
        self._is_up = False
        self._number += 1
        self._link.broker.part(self)

    def again(self) -> None:
        """There was no room, and now there is."""
        if self._is_up:
            self._ask(self._number)

    def given(self, found: Sequence[Given]) -> None:
        """As of the broker's readers: they are popped, and may be lost from here on."""
        at_s = self._link.in_s()
        self._link.loop.call_at(at_s, self._arrive, self._number, found, context=self._host.context)

    def _ask(self, number: int) -> None:
        if number == self._number and self._is_up and not self._link.out_cut:
            self._link.broker.ask(self)

    def _arrive(self, number: int, found: Sequence[Given]) -> None:
        link = self._link
        if number != self._number or link.in_cut or link.deaf:
            return
        if link.flaky and link.chance.random() < 0.1:
            self.lose()
            return
        for queue, messages in found:
            self._take(queue, messages)
        self._host.later(self._pause_s + link.delay_s(), self._ask, number)


def nobody() -> Any:
    """A context that is no host's."""
    import contextvars

    context = contextvars.Context()
    context.run(HOST.set, None)
    return context


NOBODY: Final = nobody()
