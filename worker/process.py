"""One worker process, put together: the agent, its outbox and sender, Celery, the watchdog, and a
clean end.
"""

import logging
import os
import resource
import secrets
import signal
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Thread, Timer
from typing import Final

from celery.worker import state as celery_state

from worker.agent import Agent
from worker.borrowed.place import borrowed_looks
from worker.contract.borrowing import rules as borrowed
from worker.contract.clock import monotonic_s, now
from worker.contract.message import Whereabouts, probes_queue, worker_queue
from worker.contract.reloading.hangup import answered, hold
from worker.contract.target import first_public
from worker.flags import SettingsError
from worker.inbox import Inbox
from worker.joining.following import follow
from worker.lean import settle
from worker.messaging.celery_app import Handlers, build_app, build_controller
from worker.messaging.pinned import PinnedKeys
from worker.messaging.publisher import Publisher
from worker.messaging.served import Served
from worker.messaging.watchdog import Watchdog
from worker.probes.kinds import KINDS
from worker.probes.look.vantage import user_agent
from worker.probes.run import Vantage
from worker.reference_clock import ReferenceClock
from worker.reloading.values import link_of, reloads_of
from worker.reporting.outbox import Outbox, StateTakenError, held
from worker.reporting.sender import HEARTBEAT_S, Sender
from worker.reporting.whereabouts import address_of, elsewhere, whereabouts
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
            return _Process(settings, folder).run()
    except StateTakenError as error:
        raise SettingsError(
            f"a worker {settings.name} already runs on {folder}; give this one another"
            " OUTSCOPE_WORKER (--name) or OUTSCOPE_STATE_DIR (--state-dir)"
        ) from error
    except PermissionError as error:
        raise SettingsError(
            f"cannot write to {error.filename}; give a folder that this user may write to "
            "as OUTSCOPE_STATE_DIR (--state-dir)"
        ) from error


class _Process:
    """The parts of one worker and their order of starting and stopping."""

    def __init__(self, settings: WorkerSettings, folder: Path) -> None:
        self._settings = settings
        self._looks_end_s = 0.0
        self._kinds = tuple(sorted(borrowed.KINDS)) if settings.via else tuple(KINDS)
        self._leaving = False
        who = f"{settings.name}.{settings.region}"
        outbox = Outbox(folder / "outbox")
        link = link_of(settings)
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
            lambda rows: self._sender.keep(rows),
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
        )
        publishers = Publisher(link.url, who), Publisher(link.url, who)
        self._publisher = publishers[0]
        self._sender = Sender(
            publishers[0],
            outbox,
            region=settings.region,
            worker=settings.name,
            boot=(boot := _boot()),
            vitals=gauge.read,
            reference=self._reference,
            first_beat_s=HEARTBEAT_S,
            whereabouts=self._whereabouts,
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
        )
        handlers = Handlers(
            holding=self._inbox.holding,
            arrived=self._inbox.arrived,
            now=self._reference.now,
            order=self._inbox.order,
            receipt=self._inbox.receipt,
            expired=self._inbox.expired,
            consumed=lambda: self._watchdog.heard(),
        )
        app = build_app(link.url, settings.region, settings.name, handlers)
        self._controller = build_controller(app, who, self._connected)
        link.tell(*(publisher.use for publisher in publishers), self._controller.consumer.use)
        self._reloads = reloads_of(settings, vantage, link, partial(self._inbox.pin, queues))
        self._watchdog = Watchdog(
            publishers[1],
            region=settings.region,
            worker=settings.name,
            excused=lambda: self._agent.tally.blocked > 0,
            hung=lambda: monotonic_s() - self._agent.tally.ticked_at_s > HUNG_S,
            cut=self._controller.consumer.cut,
            restart=self._restart,
        )

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
        self._agent.start()
        self._sender.start()
        self._watchdog.start()
        with answered(self._reloads.reload):
            follow(self._settings.state_dir, partial(os.kill, os.getpid(), signal.SIGHUP))
            self._controller.start()
        self._watchdog.stop()
        self._served.stop()
        self._agent.drain(max(0.0, self._looks_end_s - monotonic_s()))
        self._sender.stop(SEND_END_S)
        log.info("stopped")
        return int(self._controller.exitcode or 0)

    def _whereabouts(self) -> Whereabouts:
        if self._settings.via:
            return elsewhere(self._settings.via, self._settings.region)
        source, seen = self._settings.source_address, self._publisher.seen_as
        own = source or outgoing_address()
        return whereabouts(
            own, first_public(self._settings.public_address, own, seen and address_of(seen))
        )

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
            log.info("drained an operator has this worker finish its looks and leave")
            os.kill(os.getpid(), signal.SIGTERM)

    def _told_to_stop(self, number: int, _frame: object) -> None:
        if celery_state.should_stop is not None:
            os._exit(1)  # asked twice: at once
        log.info("stopping signal=%s", signal.Signals(number).name)
        celery_state.should_stop = os.EX_OK
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
