"""The tables of rollups as migrations make them: a key of many columns, and a partition a day for
minutes.
"""

from typing import Final

from tortoise.migrations.operations import TortoiseOperation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

from coordinator.store.database import Database

LEVELS: Final = ("minute", "hour", "day")
_BODY: Final = (
    'at BIGINT NOT NULL, "check" VARCHAR(64) NOT NULL, region VARCHAR(64) NOT NULL, service'
    " VARCHAR(64) NOT NULL, component VARCHAR(64) NOT NULL, looks BIGINT NOT NULL, good BIGINT NOT"
    " NULL, bad BIGINT NOT NULL, reasons TEXT NOT NULL, sketch {bytes} NOT NULL, PRIMARY KEY (at,"
    ' service, component, "check", region)'
)


class CreateRollups(TortoiseOperation):
    """Create a table for each level; the way back drops them, for they can be made again from
    results.
    """

    reduces_to_sql = False

    def describe(self) -> str:
        """What this does, for the migration command."""
        return "Create the tables of rollups"

    def state_forward(self, app_label: str, state: State) -> None:
        """No model stands for these tables."""

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        """Create them, empty."""
        if state_editor is None:
            return
        database = Database(state_editor.client)
        body = _BODY.format(bytes="BLOB" if database.is_sqlite else "BYTEA")
        for level in LEVELS:
            partitioned = level == "minute" and not database.is_sqlite
            await database.fetch(
                f"CREATE TABLE rollup_{level}"
                f" ({body}){' PARTITION BY RANGE (at)' if partitioned else ''}"
            )
            columns = 'service, "check", region, component, at'  # the history of one of them
            await database.fetch(
                f"CREATE INDEX rollup_{level}_history ON rollup_{level} ({columns})"
            )

    async def database_backward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        """Drop them."""
        if state_editor is not None:
            for level in LEVELS:
                await Database(state_editor.client).fetch(f"DROP TABLE rollup_{level}")
