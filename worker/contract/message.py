"""The messages between coordinator and workers, version 1, and the names of tasks and queues.

Every message is one JSON object, sent as the only positional argument of a Celery task:

- `Order` (coordinator to region, queue `probes.<region>`): a batch of looks to make; extra looks
  that one worker should make are ordered from it alone, queue `probes.<region>.<worker>`;
- `Report` (worker to coordinator, queue `reports.<region>`, of a worker that joined
  `reports.<region>.<worker>`): a batch of results, or a heartbeat with none;
- `Receipt` (coordinator to one worker, queue `probes.<region>.<worker>`): reports that are stored
  for good.

What the coordinator sends has its signature beside it, as the keyword argument `signed` of the
task, so that nobody else can order a look or take a report off a worker's hands; a worker that pins
no key reads past it. Signed is not the message alone but also its task, the queue that it was meant
for and the moment from which it is worth nothing: so it is of no use in another region, to another
worker, as another task, or later.

The region of a report is the queue it arrived on, which the broker's access list ties to the
credential; no field of a message can claim another. The queue of a worker that joined is its own:
who reports under its name elsewhere is refused. Rows are arrays, because a batch is mostly rows.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from worker.contract.instant import Instant
from worker.contract.outcome import Blame, Reason

VERSION: Final = 1

TASK_LOOK: Final = "outscope.look"
TASK_REPORT: Final = "outscope.report"
TASK_RECEIPT: Final = "outscope.receipt"
TASK_ECHO: Final = "outscope.echo"
"""What a worker sends to itself (`echo.<region>.<worker>`) to prove that it still consumes."""

IDENTIFIER: Final = r"^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$"
"""Ids of services, components, checks, regions and workers: they become queue names, keys and
URLs.
"""


def probes_queue(region: str) -> str:
    """The queue that all workers of a region take orders from."""
    return f"probes.{region}"


def worker_queue(region: str, worker: str) -> str:
    """The queue of one worker: receipts, and extra looks that it alone should make."""
    return f"probes.{region}.{worker}"


def echo_queue(region: str, worker: str) -> str:
    """The queue of one worker's own echoes, the only one that workers both write and read."""
    return f"echo.{region}.{worker}"


def reports_queue(region: str) -> str:
    """The queue that a region's workers report to, and no other region may write."""
    return f"reports.{region}"


def own_reports_queue(region: str, worker: str) -> str:
    """The queue that one worker which joined reports to, and nobody else may write."""
    return f"reports.{region}.{worker}"


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    v: Literal[1] = VERSION


class CheckSpec(BaseModel):
    """What a worker must know of a check to look at it; sent as canonical JSON text, so that it can
    be cached.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    kind: str
    interval_ms: int = Field(gt=0)
    timeout_ms: int = Field(gt=0)
    params: Mapping[str, Any]


LookRow = tuple[int, int, int, int]
"""(index into `checks`, slot, attempt, scheduled_at)."""


class Order(_Message):
    """Looks to make: `checks` holds each CheckSpec once, as JSON text; `looks` says when to make
    which.
    """

    order: str
    region: str
    issued_at: Instant
    checks: tuple[str, ...]
    looks: tuple[LookRow, ...]
    location: Mapping[str, Any] | None = None
    """Where to look from when the region is borrowed: what Globalping calls a location."""
    epoch: int = 0
    """Of the coordinator that orders; one that takes over has a later one. 0 from those that do not
    tell.
    """


ResultRow = tuple[
    str,  # check
    int,  # slot
    int,  # attempt
    int,  # scheduled_at
    int,  # started_at
    bool,  # ok
    Reason,
    Blame,
    str,  # detail
    int | None,  # status_code
    float | None,  # dns_ms
    float | None,  # connect_ms
    float | None,  # tls_ms
    float | None,  # ttfb_ms
    float | None,  # total_ms
    str | None,  # ip
    dict[str, Any],  # extra
]
"""One result on the wire. Service, component and kind follow from the check, the region from the
queue.
"""


MOST_LOST: Final = 100
"""Spans of lost looks that one heartbeat tells of."""
MOST_LOST_SLOTS: Final = 1_000
"""Of one such span."""


class Vitals(BaseModel):
    """How a worker is doing, told with every heartbeat."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: str = ""
    kinds: tuple[str, ...] = ()
    started_at: Instant = 0
    in_flight: int = 0
    outbox_reports: int = 0
    dropped_reports: int = 0
    late_looks: int = 0
    refused_orders: int = 0
    loop_lag_ms: float = 0.0
    rss_mb: float = 0.0
    address: str | None = None
    """The address that this worker's machine looks from, as far as it knows: behind NAT, a private
    one.
    """
    clock_ahead_ms: int = 0
    """How far this machine's clock is ahead of the coordinator's, negative when behind. Orders and
    results go by the coordinator's all the same.
    """
    pins_key: bool | None = None
    """Whether it obeys only what the coordinator signed; None from workers that do not tell."""
    standing: str | None = None
    """The version of the standing orders that it holds, empty without any; None from workers that
    take none.
    """
    standing_until: Instant = 0
    """Until when those are good."""
    alone: bool = False
    """Whether it looks by them now, for it heard nobody until a moment ago."""
    alone_looks: int = 0
    """Looks made by them since its start."""
    budget_left: int | None = None
    """Tests that the machine may still ask for within the hour, where its looks are borrowed."""
    lost_looks: int = 0
    """Looks that were made, and of which only counts are left: the outbox had no more room."""
    lost_minutes: tuple[tuple[Instant, int, int], ...] = Field(default=(), max_length=1_000)
    """Those by minute: its beginning, how many were due in it, and how many of them failed."""
    lost_slots: tuple[tuple[str, int, int], ...] = Field(default=(), max_length=MOST_LOST)
    """Which looks those were that no receipt was had for yet: check, first and last slot."""
    self_test: str = ""
    """Empty when the worker's own self-test passed, else one sentence saying what failed."""


class Whereabouts(BaseModel):
    """Where a worker looks from, as far as it knows. Older workers do not tell."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    host: str = ""
    """A hash of what identifies the machine."""
    boot_id: str = ""
    """A hash of what identifies this start of the machine, the same in all its containers."""
    source: str | None = None
    """The address that it looks from: behind NAT, a private one."""
    outside: str | None = None
    """The public address that others see, by the operator, the machine or the broker."""


class Report(_Message):
    """Results of one worker: `seq` rises by one with each report of this `boot` of the worker."""

    worker: str = Field(pattern=IDENTIFIER)
    boot: str
    seq: int = Field(ge=0)
    sent_at: Instant
    vitals: Vitals | None = None
    whereabouts: Whereabouts | None = None
    rows: tuple[ResultRow, ...] = ()


UNKNOWN_REGION: Final = "unknown_region"


class Receipt(_Message):
    """The coordinator has committed these reports; the worker may forget them. Or it names none and
    says why it takes none.
    """

    worker: str
    boot: str
    seqs: tuple[int, ...]
    at: Instant
    refused: str = Field(default="", max_length=100)
    """`unknown_region`: the region of the queue that this worker reports to is not configured."""
    advice: str = Field(default="", max_length=300)
    """What the operator of the worker should know, in one sentence."""
    leave: bool = False
    """The worker is to finish its looks, report them and end: an operator drains it."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Where a report came from: the region by the queue it arrived on, the worker by its own name
    there, which of one that joined is that of the queue as well.
    """

    region: str
    worker: str


SIGNED: Final = "signed"
"""The keyword argument."""
_PURPOSE: Final = b"outscope message 1\n"
"""A signature under this is one of messages, whatever else the key may sign one day."""


class Signature(BaseModel):
    """Where a message was meant for, until when, and the signature (Ed25519, base64) of it all."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    to: str = Field(max_length=300)
    until: Instant
    by: str = Field(max_length=100)


def signed_bytes(task: str, to: str, until: Instant, message: Any) -> bytes:
    """The bytes that are signed: canonical JSON, so that it does not matter how the broker's client
    wrote the message. ValueError for what JSON cannot say.
    """
    said = [task, to, until, message]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return _PURPOSE + text.encode("ascii")
