"""Where a look is made from, and one look on its way: deadline, addresses, trace."""

import ssl
from collections.abc import Callable
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, Protocol, TypeVar

from worker.contract.clock import monotonic_s
from worker.contract.outcome import Step
from worker.contract.reloading.private import Retired
from worker.probes.look.deadline import Deadlines
from worker.probes.look.trust import Trust
from worker.probes.names.resolver import Resolver
from worker.targets.guard import Guard


def user_agent(contact: str | None = None) -> str:
    """How requests introduce themselves: product, version, and where to complain (a URL or a mail
    address).
    """
    try:
        name = f"outscope/{version('outscope')}"
    except PackageNotFoundError:
        name = "outscope"
    return f"{name} (+{contact})" if contact else name


USER_AGENT: Final = user_agent()


class Memory(Protocol):
    """What a kind remembers from look to look in one worker process; in the folder, if any, over a
    restart.
    """

    def __init__(self, folder: Path | None) -> None: ...


M = TypeVar("M", bound=Memory)


class Vantage:
    """What all looks of a worker process share. Made once; `close` it on the loop that looked."""

    def __init__(
        self,
        *,
        guard: Guard,
        source_address: str | None = None,
        ca_file: str | None = None,
        user_agent: str = USER_AGENT,
        resolver: Resolver | None = None,
        state_dir: Path | None = None,
        certificates_dir: Path | None = None,
    ) -> None:
        self.guard = guard
        self.source_address = source_address
        self.ca_file = ca_file
        self.user_agent = user_agent
        self.resolver = resolver or Resolver()
        self.deadlines = Deadlines()
        self.certificates_dir = certificates_dir
        self._state_dir = state_dir
        self._memories: dict[type[Memory], Memory] = {}
        self._trust = Trust(ca_file)
        self.added = self._trust.added
        """What the operator's file of authorities held at the start."""
        self._before = Retired()
        from worker.probes.look.engine import (
            Engine,  # here, so that reading a kind's parameters needs no libcurl
        )

        self.curl = Engine()

    def believe(self, trust: Trust) -> None:
        """Go by other authorities from the next look on. From any thread; those who look already
        go on with what they have.
        """
        self._before.add(self._trust.close)
        self._trust = trust
        for made in ("tls", "tls_with_common_names"):
            self.__dict__.pop(made, None)  # is made anew when it is asked for

    @property
    def trust(self) -> str:
        """The file of all trusted authorities."""
        return self._trust.file

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """The context that verifies certificates. They must name their hosts (RFC 9525, section 2):
        a common name, which Python would take in their place, is none to any browser.
        """
        context = ssl.create_default_context(cafile=self.trust or None)
        context.hostname_checks_common_name = False
        return context

    @cached_property
    def tls_with_common_names(self) -> ssl.SSLContext:
        """As above, for certificates that name their host in no other way."""
        return ssl.create_default_context(cafile=self.trust or None)

    def memory(self, of: type[M]) -> M:
        """What is remembered here of this class; made when it is first asked for."""
        memory = self._memories.get(of)
        if not isinstance(memory, of):
            memory = self._memories[of] = of(self._state_dir)
        return memory

    async def close(self) -> None:
        """Let go of sockets and timers; looks still on their way are cancelled."""
        self.curl.close()
        self.deadlines.close()
        self.resolver.close()
        self._trust.close()
        self._before.close()


class Look:
    """One look on its way: the vantage point, one deadline for everything, and the steps so far."""

    __slots__ = (
        "_clock",
        "check",
        "deadline_s",
        "started_s",
        "steps",
        "timeout_ms",
        "tracing",
        "vantage",
    )

    def __init__(
        self,
        vantage: Vantage,
        timeout_ms: int,
        *,
        check: str = "",
        tracing: bool = False,
        clock: Callable[[], float] = monotonic_s,
    ) -> None:
        self.vantage = vantage
        self.check = check
        self.timeout_ms = timeout_ms
        self.tracing = tracing
        self._clock = clock
        self.started_s = clock()
        self.deadline_s = self.started_s + timeout_ms / 1000
        self.steps: list[Step] = []

    def elapsed_ms(self) -> float:
        """Milliseconds since the look began."""
        return (self._clock() - self.started_s) * 1000

    def left_s(self) -> float:
        """Seconds until the deadline, never below zero."""
        return max(0.0, self.deadline_s - self._clock())

    def step(self, what: str, *, at_ms: float | None = None) -> None:
        """Note what happened, just now or at a moment of this look, for people who will ask why.
        Never a secret.
        """
        self.steps.append(Step(round(self.elapsed_ms() if at_ms is None else at_ms, 3), what))
