"""What exports ask of the store beside results: whole datasets, and what changed of them, in
chunks.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final

from coordinator.encoding import from_text
from coordinator.store.changes import (
    ACKNOWLEDGEMENTS,
    INCIDENTS,
    ROLLUPS,
    VERDICTS,
    Number,
    Place,
    Text,
    latest_change,
)
from coordinator.store.database import Database, Row
from coordinator.store.results.results import ResultFilter
from coordinator.store.state.incident_rows import ALL, parts_of

CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class Table:
    """A dataset that is a table: its key in the order in which rows come, the column that `since`
    and `until` bound, the filters that are columns, and what a row tells.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    kinds: tuple[Any, ...]
    bounded: str
    equal: tuple[str, ...]
    told: Callable[[Row], Row]
    dataset: str = ""
    """What its changes are counted as; empty when they are not."""

    def key_of(self, row: Row) -> tuple[Any, ...]:
        """The key of a row."""
        return tuple(row[name] for name in self.key)


def _incident(row: Row) -> dict[str, Any]:
    return {
        **row,
        "regions": from_text(row["regions"]),
        "components": from_text(row["components"]),
        "parts": [part.to_document() for part in parts_of(row)],
        "intermittent": bool(row["intermittent"]),
        "withdrawn": bool(row["withdrawn"]),
        "cause": row["cause"] or None,
    }


def _acknowledgement(row: Row) -> dict[str, Any]:
    return {**row, "document": from_text(row["document"])}


def _verdict(row: Row) -> dict[str, Any]:
    document = from_text(row["record"])
    return {**document, **row, "evidence": document.get("evidence")}


def _rollup(row: Row) -> dict[str, Any]:
    return {**row, "reasons": from_text(row["reasons"])}


def _worker(row: Row) -> dict[str, Any]:
    return {**row, "vitals": None if row["vitals"] is None else from_text(row["vitals"])}


_KEY: Final = 'at, service, component, "check", region'
_SAME: Final = " AND ".join(
    f"hour.{name} = gone.{name}" for name in ("at", "service", "component", '"check"', "region")
)
_HOURS: Final = (
    f"(SELECT {_KEY}, looks, good, bad, reasons, sketch, change FROM rollup_hour"
    " WHERE \"check\" <> '' AND region <> '' UNION ALL"
    f" SELECT {_KEY}, 0, 0, 0, '{{}}', NULL, change FROM rollup_gone AS gone WHERE NOT EXISTS"
    f" (SELECT 1 FROM rollup_hour AS hour WHERE {_SAME})) AS hours"
)
"""What there is of each hour, and, with no looks, what there was before it was struck."""

INCIDENT: Final = Table(
    name="incident",
    columns=ALL,
    key=("opened_at", "id"),
    kinds=(Number, Text),
    bounded="opened_at",
    equal=("service",),
    told=_incident,
    dataset=INCIDENTS,
)
ACKNOWLEDGEMENT: Final = Table(
    name="acknowledgement",
    columns=("at", "id", "service", "document"),
    key=("at", "id"),
    kinds=(Number, Text),
    bounded="at",
    equal=("service",),
    told=_acknowledgement,
    dataset=ACKNOWLEDGEMENTS,
)
VERDICT: Final = Table(
    name="verdict",
    columns=("service", "at", "record"),
    key=("at", "service"),
    kinds=(Number, Text),
    bounded="at",
    equal=("service",),
    told=_verdict,
    dataset=VERDICTS,
)
ROLLUP: Final = Table(
    name=_HOURS,
    columns=(
        *("at", "service", "component", "check", "region"),
        *("looks", "good", "bad", "reasons", "sketch"),
    ),
    key=("at", "service", "component", "check", "region"),
    kinds=(Number, Text, Text, Text, Text),
    bounded="at",
    equal=("service", "component", "check", "region"),
    told=_rollup,
    dataset=ROLLUPS,
)
WORKER: Final = Table(
    name="worker",
    columns=(
        *("region", "worker", "first_heard_at", "last_heard_at"),
        *("address", "asn", "ip_country", "vitals"),
    ),
    key=("region", "worker"),
    kinds=(Text, Text),
    bounded="last_heard_at",
    equal=("region", "worker"),
    told=_worker,
)


class Exporting:
    """Every query about whole datasets that are kept in the store alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def latest(self, table: Table) -> int:
        """The number of the latest change of a table."""
        return await latest_change(self._database, table.dataset) if table.dataset else 0

    async def rows(
        self, table: Table, place: Place, wanted: ResultFilter
    ) -> AsyncIterator[list[Row]]:
        """The rows wanted behind a place, as values, each with its `change`."""
        changes = bool(table.dataset) and place.since is not None
        columns = (*table.columns, *(("change",) if table.dataset else ()))
        order = (*(("change",) if changes else ()), *table.key)
        conditions, values = _conditions(table, wanted)
        if changes:
            conditions += ["change > ?", "change <= ?"]
            values += [place.since, place.until]
        after = _after(place, changes)
        while True:
            behind = [] if after is None else [f"({_quoted(order)}) > ({_marks(order)})"]
            where = " AND ".join([*conditions, *behind]) or "1 = 1"
            rows = await self._database.fetch(
                f"SELECT {_quoted(columns)} FROM {table.name} WHERE {where}"
                f" ORDER BY {_quoted(order)} LIMIT {CHUNK}",
                *values,
                *(after or ()),
            )
            if not rows:
                return
            yield [row for row in map(table.told, rows) if _hits(row, wanted)]
            after = tuple(rows[-1][name] for name in order)


def _conditions(table: Table, wanted: ResultFilter) -> tuple[list[str], list[Any]]:
    bounds = ((">=", wanted.since), ("<", wanted.until))
    equal = [(name, getattr(wanted, name)) for name in table.equal]
    told = [(f'"{name}" = ?', value) for name, value in equal if value is not None]
    told += [(f"{table.bounded} {sign} ?", at) for sign, at in bounds if at is not None]
    return [condition for condition, _ in told], [value for _, value in told]


def _after(place: Place, changes: bool) -> tuple[Any, ...] | None:
    if place.key is None:
        return None
    return (place.change, *place.key) if changes else place.key


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _marks(names: tuple[str, ...]) -> str:
    return ", ".join("?" * len(names))


def _hits(row: Row, wanted: ResultFilter) -> bool:
    """Whether a row with regions and components reaches what is wanted, or once did."""
    reached = {(part["axis"], part["name"]) for part in row.get("parts", ())}
    wants = (("region", "regions", wanted.region), ("component", "components", wanted.component))
    return all(
        name is None or many not in row or name in row[many] or (axis, name) in reached
        for axis, many, name in wants
    )
