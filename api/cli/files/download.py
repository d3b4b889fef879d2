"""Getting an export: in segments that are checked one by one, so that a broken one goes on where it
stopped.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from fcntl import LOCK_EX, LOCK_NB, flock
from hashlib import sha256
from pathlib import Path
from time import sleep
from typing import IO, Any, Final

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)

from api.cli.files.output import is_plain, refuse, target_of, told
from api.cli.options.client import BusyError, Client, Query, RefusedError, UnreachableError
from api.cli.terminal.console import Terminal
from api.cli.terminal.outside import say
from coordinator.analytics.exports.format import Format
from coordinator.runtime.durable import put, writing

SEGMENT_ROWS: Final = 500_000
"""So many rows are asked for at once where segments can be put together; what is lost by a break is
less.
"""
PATIENCE_S: Final = 600.0
"""So long one segment waits for its turn at a server that has no room for it."""
_COLUMNS: Final = (
    TextColumn("{task.description}", markup=False),
    BarColumn(),
    DownloadColumn(),
    TransferSpeedColumn(),
)


@dataclass(slots=True)
class Order:
    """What is wanted: a dataset, the query, its format (None when it is not known here), and from
    where on.
    """

    dataset: str
    query: Query
    format: Format | None = None
    cursor: str | None = None

    @property
    def continues(self) -> bool:
        """Whether segments of it make one file when they are put together."""
        return self.format is not None and self.format.continues


@dataclass(slots=True)
class Got:
    """What arrived and was checked."""

    rows: int = 0
    bytes: int = 0
    cursor: str | None = None
    sum: Any = field(default_factory=sha256)
    skipped: dict[str, str] = field(default_factory=dict)


def print_all(client: Client, order: Order, out: IO[bytes]) -> bool:
    """Write all of it; whether nothing is missing."""
    got = Got(cursor=order.cursor)
    for part in _segment(client, order, got, None):
        out.write(part)
    out.flush()
    return _told(got, "standard output")


def download(client: Client, order: Order, path: Path, *, resume: bool, force: bool) -> bool:
    """Write all of it to a file, which appears when it is whole; whether nothing is missing."""
    with told(path):
        if not is_plain(path):
            with path.open("wb") as file:
                return print_all(client, order, file)
        got = _downloaded(client, order, target_of(path), resume, force)
    return _told(got, str(path))


def _downloaded(client: Client, order: Order, path: Path, resume: bool, force: bool) -> Got:
    partial, state = path.with_name(f"{path.name}.part"), path.with_name(f"{path.name}.part.json")
    with partial.open("ab") as file:
        _require_alone(file, path)
        got = _state(order, partial, state) if resume else Got(cursor=order.cursor)
        file.truncate(got.bytes)
        _finish(client, order, got, file, path, state)
        put(partial, path, overwrite=force)
        state.unlink(missing_ok=True)
    return got


def _finish(
    client: Client, order: Order, got: Got, file: IO[bytes], path: Path, state: Path
) -> None:
    """Append what is missing; what can never be gone on with is removed."""
    try:
        with _progress(path.name, got) as tick:
            _fill(client, order, got, file, state, tick)
    except UnreachableError:
        if order.continues:
            say(
                f"What arrived is kept beside {path}; go on with the same command and --resume",
                err=True,
            )
        raise
    except BaseException:
        if not (order.continues and state.exists()):
            Path(file.name).unlink(missing_ok=True)
        raise


def _require_alone(file: IO[bytes], path: Path) -> None:
    """End the command when another one writes this file at the moment."""
    try:
        flock(file, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        refuse(f"Another export writes {path} at this moment; wait for it, or name another file")


def _fill(client: Client, order: Order, got: Got, file: IO[bytes], state: Path, tick: Any) -> None:
    most = SEGMENT_ROWS if order.continues else None
    while True:
        before = got.rows
        for part in _segment(client, order, got, most):
            file.write(part)
            tick(len(part))
        file.flush()
        if most is None or got.rows - before < most:
            return
        told = {
            "query": _identity(order),
            "rows": got.rows,
            "bytes": got.bytes,
            "cursor": got.cursor,
        }
        os.fsync(file.fileno())  # the state must not be ahead of the file
        with writing(state, overwrite=True) as kept:
            kept.write(json.dumps({**told, "skipped": got.skipped}).encode())


def _segment(client: Client, order: Order, got: Got, most: int | None) -> Iterator[bytes]:
    """The bytes of the next segment; counted and compared when they end."""
    begun = got.rows and order.format is not None and order.format.has_header
    header = {"header": False} if begun else {}
    query = {**order.query, "cursor": got.cursor, "limit": most, **header}
    parts, headers = _begun(client, order, query)
    digest, size = sha256(), 0
    for part in parts:
        digest.update(part)
        got.sum.update(part)
        size += len(part)
        yield part
    summary = client.get("exports", "summaries", headers["outscope-export"])
    if (summary["complete"], summary["bytes"], summary["sha256"]) != (
        True,
        size,
        digest.hexdigest(),
    ):
        raise UnreachableError(f"What arrived from {client.url} is not what was sent; try again")
    got.rows += summary["rows"]
    got.bytes += size
    got.cursor = summary["cursor"] or got.cursor
    got.skipped |= summary["skipped"]


def _begun(client: Client, order: Order, query: Query) -> tuple[Iterator[bytes], Message]:
    """The stream of a segment; while the server has no room for it, wait as it tells."""
    waited_s = 0.0
    while True:
        try:
            return client.stream("exports", order.dataset, query=query)
        except BusyError as error:
            if waited_s >= PATIENCE_S:
                raise
            say(f"{error}. Trying again in {error.retry_after_s:.0f} s.", err=True)
            sleep(error.retry_after_s)
            waited_s += error.retry_after_s


def _state(order: Order, partial: Path, state: Path) -> Got:
    """Where an earlier attempt stopped."""
    try:
        told = json.loads(state.read_text(encoding="utf-8"))
        if told["query"] != _identity(order):
            raise RefusedError(
                f"{state} belongs to another query; repeat that one, or leave --resume out"
            )
        got = Got(told["rows"], told["bytes"], told["cursor"], skipped=told["skipped"])
        with partial.open("rb") as file:
            left = got.bytes
            while left and (block := file.read(min(left, 1 << 20))):
                got.sum.update(block)
                left -= len(block)
        return Got(cursor=order.cursor) if left else got
    except (OSError, ValueError, KeyError):
        return Got(cursor=order.cursor)  # nothing was finished


def _identity(order: Order) -> dict[str, Any]:
    return {
        "dataset": order.dataset,
        "from": order.cursor,
        **{k: v for k, v in order.query.items() if v is not None},
    }


class _progress:  # noqa: N801 - used as a function
    """A bar on standard error, when that is a terminal."""

    def __init__(self, name: str, got: Got) -> None:
        console = Terminal(stderr=True)
        self._bar = Progress(
            *_COLUMNS, TimeElapsedColumn(), console=console, disable=not console.is_terminal
        )
        self._task = self._bar.add_task(name, total=None, completed=got.bytes)

    def __enter__(self) -> Any:
        self._bar.start()
        return lambda size: self._bar.advance(self._task, size)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


def _told(got: Got, where: str) -> bool:
    cursor = f", cursor {got.cursor}" if got.cursor else ""
    say(
        f"{got.rows:,} rows, {got.bytes:,} bytes, sha256 {got.sum.hexdigest()} in {where}{cursor}",
        err=True,
    )
    for name, why in got.skipped.items():
        say(
            f"Missing: {name} of the archive cannot be read ({why}); see: outscope archive"
            " --verify",
            err=True,
        )
    return not got.skipped
