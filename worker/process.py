"""One worker process, put together: the agent, its outbox and sender, its way to the coordinator,
and a clean end.
"""

import logging
import os
import resource
import secrets
import signal
import sys
from contextlib import AbstractContextManager, suppress
from functools import partial
from pathlib import Path
from threading import Thread, Timer
from typing import Any, Final

from worker.agent import Agent
from worker.autonomy.kept import KeptOrders
from worker.autonomy.rounds import Rounds
from worker.borrowed.place import borrowed_looks, budget_left
from worker.connecting.echo import echo_of
from worker.connecting.way import Ends, way_of
from worker.contract.borrowing import rules as borrowed
from worker.contract.clock import monotonic_s, now
from worker.contract.health.serving import ListenError, serving
from worker.contract.health.signs import Ill, Signs, stuck
from worker.contract.message import Whereabouts, probes_queue, worker_queue
from worker.contract.reloading.hangup import answered, hold
from worker.contract.settings.machine import no_place
from worker.contract.target import first_public
from worker.flags import SettingsError, called
from worker.inbox import Inbox
from worker.joining.following import follow
from worker.lean import settle
from worker.messaging.handlers import Handlers
from worker.messaging.pinned import PinnedKeys
from worker.messaging.served import Served
from worker.probes.kinds import KINDS
from worker.probes.look.vantage import user_agent
from worker.probes.run import Vantage
from worker.reference_clock import ReferenceClock
from worker.reloading.values import reloads_of
from worker.reporting.counted import LostLooks
from worker.reporting.outbox import Outbox, StateTakenError, held
from worker.reporting.sender import HEARTBEAT_S, Sender
from worker.reporting.whereabouts import elsewhere, whereabouts
from worker.settings import WorkerSettings
from worker.targets.guard import Guard
from worker.vitals import Gauge, outgoing_address

LOOKS_END_S: Final = 8.0
SEND_END_S: Final = 2.0
END_S: Final = 12.0
"""However stuck, the process is gone this long after it was told to stop. What was seen is on
disk.
"""
HUNG_S: Final = 30.0
"""A loop that has not turned for this long makes no looks and keeps none."""
FILES: Final = 8192
SWITCH_S: Final = 0.001
"""How long Celery's threads, reading an order, may keep the loop from noticing an answer: Python's
5 ms would show.
"""

log = logging.getLogger(f"outscope.{__name__}")


def run(settings: WorkerSettings) -> int:
    """Run one worker until it is told to stop; returns the exit code. SettingsError when it cannot
    start so.
    """
    folder = settings.state_dir / f"{settings.region}.{settings.name}"
    try:
        with held(folder):
            process = _Process(settings, folder)
            with process.health():
                return process.run()
    except StateTakenError as error:
        raise SettingsError(
            f"a worker {settings.name} already runs on {folder}; give this one another"
            " OUTSCOPE_WORKER (--name) or OUTSCOPE_STATE_DIR (--state-dir)"
        ) from error
    except ListenError as error:
        raise SettingsError(str(error)) from None
    except OSError as error:
        said = no_place(error)
        if not said:
            raise
        raise SettingsError(
            f"{said}; give a folder that this user may write to as OUTSCOPE_STATE_DIR (--state-dir)"
        ) from error


class _Process:
    """The parts of one worker and their order of starting and stopping."""

    def __init__(self, settings: WorkerSettings, folder: Path) -> None:
        self._settings = settings
        self._looks_end_s = 0.0
        self._kinds = tuple(sorted(borrowed.KINDS)) if settings.via else tuple(KINDS)
        self._leaving = False
        self._echo = echo_of(settings)
        lost = LostLooks(folder)
        outbox = Outbox(folder / "outbox", losing=lost.lose)
        vantage = Vantage(
            guard=Guard(settings.allow, settings.policy),
            source_address=settings.source_address,
            ca_file=str(settings.ca_file) if settings.ca_file else None,
            state_dir=folder,
            certificates_dir=settings.certificates_dir,
            user_agent=user_agent(settings.contact),
        )
        queues = probes_queue(settings.region), worker_queue(settings.region, settings.name)
        keys = settings.coordinator_keys
        pinned = PinnedKeys(keys, queues) if keys else None
        self._reference = ReferenceClock()
        self._agent = Agent(
            vantage,
            lambda rows, within_s: self._sender.keep(rows, within_s),
            reference=self._reference,
            borrowed=borrowed_looks(settings, vantage) if settings.via else None,
        )
        gauge = Gauge(
            self._agent.tally,
            outbox,
            self._kinds,
            settings.source_address,
            settings.public_address,
            self._reference.ahead_ms,
            pins_key=pinned is not None,
            looks_from_here=not settings.via,
            budget_left=budget_left(settings),
        )
        boot = _boot()
        handlers = Handlers(
            holding=lambda: self._inbox.holding(),
            arrived=lambda *told: self._inbox.arrived(*told),
            now=self._reference.now,
            order=lambda *told: self._inbox.order(*told),
            receipt=lambda *told: self._inbox.receipt(*told),
            standing=lambda *told: self._inbox.standing(*told),
            expired=lambda *told: self._inbox.expired(*told),
            consumed=lambda: self._way.heard(),
        )
        self._reloads = reloads_of(settings, vantage, lambda keys: self._inbox.pin(queues, keys))
        self._way = way_of(
            settings,
            boot,
            handlers,
            self._reloads,
            Ends(
                connected=self._connected,
                excused=lambda: self._agent.tally.blocked > 0,
                hung=lambda: monotonic_s() - self._agent.tally.ticked_at_s > HUNG_S,
                restart=self._restart,
            ),
        )
        self._sender = Sender(
            self._way.sending,
            outbox,
            region=settings.region,
            worker=settings.name,
            boot=boot,
            vitals=lambda: gauge.read().model_copy(
                update={**self._rounds.vitals(), **lost.vitals()}
            ),
            reference=self._reference,
            first_beat_s=HEARTBEAT_S,
            whereabouts=self._whereabouts,
            beat_s=lambda: self._rounds.beat_s(),
            joined=settings.reach.joined,
            silent=lambda: self._rounds.is_silent(),
            noted=lost.told,
        )
        self._kept = KeptOrders(folder, settings.region, settings.name, self._is_standing)
        self._rounds = Rounds(
            self._agent,
            self._kept,
            self._reference,
            after=settings.alone_after,
            refused=lambda: self._sender.is_refused,
        )
        self._served = Served(settings.region, settings.name, muted=lambda: self._sender.is_refused)
        self._inbox = Inbox(
            settings.region,
            boot,
            self._agent,
            self._sender,
            self._reference,
            pinned,
            self._served,
            self._drained,
            standing=self._kept,
            heard=self._rounds.heard,
        )

    def health(self) -> AbstractContextManager[None]:
        """Say whether we are well, while the block runs, where the operator wants to ask."""
        tally, served = self._agent.tally, self._served
        alive: dict[str, Ill] = {"looks": lambda: stuck(tally.ticked_at_s, HUNG_S)}
        signs = Signs(lambda: alive, lambda: {**alive, "coordinator": served.ill})
        return serving(self._settings.health, signs, called("health"))

    def run(self) -> int:
        """Start the parts, consume until told to stop, end in order."""
        _raise_file_limit()
        settle()
        sys.setswitchinterval(SWITCH_S)
        if self._settings.contact is None:
            log.info(
                "no_contact the probed cannot complain to anybody; give OUTSCOPE_CONTACT"
                " (--contact)"
            )
        if not self._settings.coordinator_keys:
            log.info(
                "no_coordinator_key whoever has the region's credential can order looks; give"
                " OUTSCOPE_COORDINATOR_KEY (--coordinator-key)"
            )
        if self._settings.ready_file:
            self._settings.ready_file.unlink(missing_ok=True)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told_to_stop)
        self._echo.start()
        self._agent.start()
        self._sender.start()
        self._rounds.start()
        with answered(self._reloads.reload):
            follow(self._settings.state_dir, partial(os.kill, os.getpid(), signal.SIGHUP))
            code = self._way.run()
        self._served.stop()
        self._rounds.stop()
        self._agent.drain(max(0.0, self._looks_end_s - monotonic_s()))
        self._sender.stop(SEND_END_S)
        log.info("stopped")
        return code

    def _whereabouts(self) -> Whereabouts:
        if self._settings.via:
            return elsewhere(self._settings.via, self._settings.region)
        own = self._settings.source_address or outgoing_address()
        seen = self._settings.public_address, own, self._echo.seen_from, self._way.seen_from
        return whereabouts(own, first_public(*seen))

    def _is_standing(self, message: Any, signed: Any) -> bool:
        return self._inbox.is_standing(message, signed)

    def _connected(self) -> None:
        """The broker took us in: whether a coordinator hears us as well is not known yet."""
        self._served.connected(",".join(self._kinds))
        self._sender.beat_now()  # not before: a receipt that waits for us tells the time badly
        self._inbox.begin()
        if self._settings.ready_file:
            self._settings.ready_file.touch()

    def _drained(self) -> None:
        """The coordinator has us finish and leave; it says so with each receipt."""
        if not self._leaving:
            self._leaving = True
            self._kept.drop("an operator has this worker leave")
            log.info("drained an operator has this worker finish its looks and leave")
            os.kill(os.getpid(), signal.SIGTERM)

    def _told_to_stop(self, number: int, _frame: object) -> None:
        if self._looks_end_s:
            os._exit(1)  # asked twice: at once
        log.info("stopping signal=%s", signal.Signals(number).name)
        self._way.stop()
        self._looks_end_s = monotonic_s() + LOOKS_END_S
        Thread(target=self._close, daemon=True).start()
        last_resort = Timer(END_S, os._exit, (0,))
        last_resort.daemon = True
        last_resort.start()

    def _close(self) -> None:
        """Take what came before we were told to stop, and nothing after it."""
        self._inbox.end()
        with suppress(RuntimeError):  # the agent has ended meanwhile
            self._agent.close()

    def _restart(self) -> None:
        """Begin anew in the same process: the state is on disk, and the new start finds it."""
        with suppress(Exception):  # whatever is stuck, the new start is the way out
            self._agent.save(1.0)
        hold().pass_on()
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - our own command line


def _boot() -> str:
    """A name for this start; sorts after those of earlier starts."""
    return f"{now():012x}{secrets.token_hex(2)}"


def _raise_file_limit() -> None:
    """A look is a socket; the usual soft limit of 1024 is fewer than the looks in flight."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
