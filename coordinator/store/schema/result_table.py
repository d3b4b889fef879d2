"""The table of results as migrations make it: Tortoise knows neither keys of two columns nor
partitions.

A result's key is (scheduled_at, id). The id derives from the look, and a repeat tells the same
`scheduled_at`, so what arrives twice is stored once. New rows stand together in the key, whatever
the size of the table; with the id alone each would land on a page of its own.
"""

from typing import Final

from tortoise.migrations.operations import TortoiseOperation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

from coordinator.store.database import Database
from coordinator.store.results.partitions import DAY_MS, add_day

INDEXES: Final = {
    "result_received": "received_at, id",
    "result_scheduled": "scheduled_at, id",
    "result_check": '"check", scheduled_at',
}
_BODY: Final = (
    "id VARCHAR(32) NOT NULL, {columns}, scheduled_at BIGINT NOT NULL, started_at BIGINT NOT NULL,"
    " received_at BIGINT NOT NULL, attempt INT NOT NULL, ok {boolean} NOT NULL, reason VARCHAR(16)"
    " NOT NULL, blame VARCHAR(16) NOT NULL, detail TEXT NOT NULL, status_code INT, dns_ms {double},"
    " connect_ms {double}, tls_ms {double}, ttfb_ms {double}, total_ms {double}, ip VARCHAR(64),"
    " asn BIGINT, ip_country VARCHAR(8), extra TEXT NOT NULL, PRIMARY KEY ({key})"
)
_NAMES: Final = ("check", "service", "component", "kind", "region", "worker")


class KeyByTime(TortoiseOperation):
    """The results get the key (scheduled_at, id), and on PostgreSQL a partition a day; back to one
    table by id.
    """

    reduces_to_sql = False

    def describe(self) -> str:
        """What this does, for the migration command."""
        return "Key results by (scheduled_at, id), a partition a day on PostgreSQL"

    def state_forward(self, app_label: str, state: State) -> None:
        """The model knows one key column and stays as it is."""

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        """Move every row into the new table."""
        if state_editor is not None:
            await _rebuild(Database(state_editor.client), by_time=True)

    async def database_backward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        """Move every row back. Of results with one id, the one that was due first is kept."""
        if state_editor is not None:
            await _rebuild(Database(state_editor.client), by_time=False)


async def _rebuild(database: Database, *, by_time: bool) -> None:
    for index in INDEXES:
        await database.fetch(f"DROP INDEX IF EXISTS {index}")
    await database.fetch("ALTER TABLE result RENAME TO result_before")
    if not database.is_sqlite:
        await database.fetch("ALTER INDEX result_pkey RENAME TO result_before_pkey")
    await database.fetch(_create(database.is_sqlite, by_time))
    if by_time and not database.is_sqlite:
        days = await database.fetch(
            "SELECT DISTINCT scheduled_at / ? AS day FROM result_before", DAY_MS
        )
        for row in days:
            await add_day(database, "result", row["day"])
    await database.fetch(
        "INSERT INTO result SELECT * FROM result_before"
        if by_time
        else (
            "INSERT INTO result SELECT * FROM result_before ORDER BY scheduled_at ON CONFLICT (id)"
            " DO NOTHING"
        )
    )
    await database.fetch("DROP TABLE result_before")
    for index, columns in INDEXES.items():
        if not by_time or index != "result_scheduled":  # which is the key itself
            await database.fetch(f"CREATE INDEX {index} ON result ({columns})")


def _create(sqlite: bool, by_time: bool) -> str:
    body = _BODY.format(
        columns=", ".join(f'"{name}" VARCHAR(64) NOT NULL' for name in _NAMES),
        boolean="INT" if sqlite else "BOOLEAN",
        double="REAL" if sqlite else "DOUBLE PRECISION",
        key="scheduled_at, id" if by_time else "id",
    )
    partitioned = " PARTITION BY RANGE (scheduled_at)" if by_time and not sqlite else ""
    return f"CREATE TABLE result ({body}){partitioned}"
