"""The settings of the process that sends OpenTelemetry; a bad one stops the start with a
sentence.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from coordinator.store.database import StoreError, checked
from coordinator.telemetry.environment import (
    METRICS,
    TRACES,
    Receiver,
    TelemetryError,
    check_temporality,
    number,
    read_receiver,
    read_share,
)
from worker.contract import clock
from worker.contract.health.serving import VARIABLE as HEALTH
from worker.contract.health.serving import Address, read_address
from worker.contract.logs import read_level
from worker.contract.reloading.reloads import secret
from worker.contract.settings.address import echoed
from worker.contract.settings.machine import no_clock, no_ready_file

LOOKS: Final = "OUTSCOPE_OTEL_LOOKS"
MOST_LOOKS: Final = "OUTSCOPE_OTEL_MOST_LOOKS"
FAILED: Final = "failed"
ALL: Final = "all"
NO_LOOKS: Final = "none"
_READY: Final = "OUTSCOPE_READY_FILE"
_USUAL_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Tracing:
    """Of which looks traces are made: `failed`, `all` or `none`, of this share of them, and of at
    most so many that were received in one second.
    """

    looks: str = FAILED
    share: float = 1.0
    most: int = _USUAL_MOST
    every_s: float = 5.0
    batch: int = 512
    """So many spans go into one request."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What is sent, where to and how often. A signal without a receiver is not sent."""

    traces: Receiver | None = None
    metrics: Receiver | None = None
    tracing: Tracing = Tracing()
    metrics_every_s: float = 60.0


@dataclass(frozen=True, slots=True)
class TelemetrySettings:
    """What an operator decides about this process."""

    database: str = field(repr=False)
    sending: Sending
    ready_file: Path | None = None
    log_level: str = "INFO"
    health: Address | None = None
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Where it came from, to be asked again."""


def read_telemetry_settings(
    environ: Mapping[str, str] = os.environ, database: str | None = None
) -> TelemetrySettings:
    """The settings from what is given, else the environment; TelemetryError names a wrong one."""
    if database is not None:
        plain = {name: value for name, value in environ.items() if name != "OUTSCOPE_DATABASE_FILE"}
        environ = {**plain, "OUTSCOPE_DATABASE": database}
    try:
        level, health = read_level(environ), read_address(environ.get(HEALTH, "").strip())
    except ValueError as error:
        raise TelemetryError(str(error)) from None
    ready = environ.get(_READY, "").strip()
    ready_file = Path(ready) if ready else None
    wrong = no_clock(clock.now()) or no_ready_file(ready_file)
    if wrong:
        raise TelemetryError(wrong)
    return TelemetrySettings(
        database=read_database(environ),
        sending=read_sending(environ),
        ready_file=ready_file,
        log_level=level,
        health=health,
        environ=environ,
    )


def read_sending(environ: Mapping[str, str]) -> Sending:
    """What is sent, where to and how often: all but the process itself."""
    check_temporality(environ)

    def whole(name: str, otherwise: int, most: int) -> int:
        return number(name, environ.get(name, "").strip(), otherwise, most)

    looks = environ.get(LOOKS, "").strip() or FAILED
    if looks not in (FAILED, ALL, NO_LOOKS):
        raise TelemetryError(f"{LOOKS} is {echoed(looks)}; write {FAILED}, {ALL} or {NO_LOOKS}")
    return Sending(
        read_receiver(TRACES, environ),
        read_receiver(METRICS, environ),
        Tracing(
            looks,
            read_share(environ),
            whole(MOST_LOOKS, _USUAL_MOST, 100_000),
            whole("OTEL_BSP_SCHEDULE_DELAY", 5_000, 3_600_000) / 1000,
            whole("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 512, 100_000),
        ),
        whole("OTEL_METRIC_EXPORT_INTERVAL", 60_000, 3_600_000) / 1000,
    )


def read_database(environ: Mapping[str, str]) -> str:
    """The database's URL."""
    try:
        url = secret("OUTSCOPE_DATABASE", environ)
        if not url:
            raise TelemetryError("OUTSCOPE_DATABASE is missing; give the URL of the database")
        return checked(url)
    except StoreError as error:
        raise TelemetryError(f"OUTSCOPE_DATABASE: {error}") from None
    except ValueError as error:
        raise TelemetryError(str(error)) from None
