"""A database of each version of the schema: it is brought up to date and back, and keeps what it
holds.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from tortoise.context import TortoiseContext
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

from coordinator.domain.model.incident import Incident, IncidentEvent, Moment, Part
from coordinator.domain.model.verdict import Scope, Severity
from coordinator.store import DeadLetter, open_store
from coordinator.store.database import APP, Database, connection_name, tortoise_config
from worker.contract.result import Result

Make = Callable[..., Result]
AT = 1_772_000_000_000
INCIDENT = Incident(
    id="claude-1",
    service="claude",
    severity=Severity.OUTAGE,
    scope=Scope.REGIONAL,
    regions=("eu-west",),
    components=("api", "web"),
    opened_at=AT,
    started_after=AT - 2000,
    started_by=AT - 1000,
)
FIRST = "0001_initial"
SECOND = "0002_incident_evidence"
OLD_INCIDENT = (
    "INSERT INTO incident (id, service, severity, scope, peak, regions, components, reason, "
    "opened_at, started_by, "
    "updated_at) VALUES ('claude-1', 'claude', 'outage', 'regional', 'regional', '[\"eu-west\"]', "
    "'[\"api\"]', "
    "'down', 1000, 900, 1000)"
)
OLD_LINE = (
    "INSERT INTO timeline (incident, at, event, severity, scope, regions, components, reason) "
    "VALUES ('claude-1', 1000, 'opened', 'outage', 'regional', '[\"eu-west\"]', '[\"api\"]', "
    "'down')"
)


@asynccontextmanager
async def schema(url: str, version: str) -> AsyncIterator[Database]:
    """The database at this version of the schema, whatever it was before."""
    config, context = tortoise_config(url), TortoiseContext()
    try:
        with context:
            await context.init(config=config, init_connections=True)
            database = Database(context.connections.get(connection_name(url)))
            await database.client.create_connection(with_db=True)
            executor = MigrationExecutor(database.client, {APP: config["apps"][APP]})
            await executor.migrate([MigrationTarget(APP, version)])
            yield database
    finally:
        await context.close_connections()


async def test_incidents_of_the_first_version_are_read_with_nothing_lost(store_url: str) -> None:
    async with schema(store_url, FIRST) as database:
        for statement in (OLD_INCIDENT, OLD_LINE):
            await database.client.execute_query(statement)
    async with open_store(store_url) as store:
        (incident,) = await store.incidents.open()
        assert (incident.id, incident.intermittent, incident.cause, incident.parts) == (
            "claude-1",
            False,
            "",
            (),
        )
        assert (incident.severity, incident.scope, incident.started_by) == (
            Severity.OUTAGE,
            Scope.REGIONAL,
            900,
        )
        (line,) = await store.incidents.evidence("claude-1")
        assert (line["event"], line["intermittent"], line["cause"], line["evidence"]) == (
            "opened",
            False,
            None,
            None,
        )


async def test_back_at_the_first_version_what_it_knows_is_still_there(store_url: str) -> None:
    async with open_store(store_url) as store:
        await store.incidents.apply(IncidentEvent(AT, Moment.OPENED, INCIDENT))
    async with schema(store_url, FIRST) as database:
        (row,) = await database.fetch("SELECT * FROM incident")
        (line,) = await database.fetch("SELECT * FROM timeline")
        assert (row["id"], row["opened_at"], row["updated_at"]) == (INCIDENT.id, AT, AT)
        assert not {"intermittent", "cause", "parts"} & row.keys()
        assert not {"intermittent", "cause", "evidence"} & line.keys()
        assert (line["incident"], line["at"]) == (INCIDENT.id, AT)
        for statement in (OLD_INCIDENT, OLD_LINE):  # it can still be written
            await database.client.execute_query(statement.replace("claude-1", "claude-2"))


OLD_RESULT = (
    'INSERT INTO result (id, "check", service, component, kind, region, worker, scheduled_at, '
    "started_at, received_at, "
    "attempt, ok, reason, blame, detail, extra) VALUES ('{id}', 'claude-api', 'claude', 'api', "
    "'http', 'eu-west', "
    "'eu-west-1', {at}, {at}, {at}, 0, true, 'ok', 'none', '', '{{}}')"
)
DAY_MS = 86_400_000


async def test_results_of_the_second_version_are_kept_up_and_down(
    store_url: str, make_result: Make
) -> None:
    async with schema(store_url, SECOND) as database:
        for n in range(5):
            await database.client.execute_query(
                OLD_RESULT.format(id=f"old-{n}", at=AT + n * DAY_MS)
            )
    async with open_store(store_url) as store:
        assert [(r.id, r.scheduled_at) for r in await store.results.recent(0)] == [
            (f"old-{n}", AT + n * DAY_MS) for n in range(5)
        ]
        new = [make_result(n, scheduled_at=AT + n * DAY_MS) for n in range(3)]
        assert await store.results.add(new) == new
        everything = await store.results.recent(0)
    async with schema(store_url, SECOND) as database:
        rows = await database.fetch("SELECT id FROM result ORDER BY received_at, id")
        assert [row["id"] for row in rows] == [result.id for result in everything]
        with pytest.raises(IntegrityError):  # the id alone is the key again
            await database.client.execute_query(OLD_RESULT.format(id="old-1", at=AT))
    async with open_store(store_url) as store:
        assert await store.results.recent(0) == everything
        assert await store.results.add(everything) == []


async def test_indexes_of_results_are_the_same_after_going_back(store_url: str) -> None:
    async with schema(store_url, SECOND) as database:
        before = await _indexes(database)
    async with open_store(store_url):
        pass
    async with schema(store_url, SECOND) as database:
        assert await _indexes(database) == before
        assert {"result_received", "result_scheduled", "result_check"} <= before


async def test_rollups_and_messages_set_aside_go_with_their_tables_and_can_be_made_again(
    store_url: str, make_result: Make
) -> None:
    dead_letter = DeadLetter("eu-west", "outscope.report", "malformed_report", "no JSON", b"x", AT)
    minute = AT // 60_000 * 60_000
    async with open_store(store_url) as store:
        await store.results.add([make_result(1, scheduled_at=AT)])
        await store.rollups.make("minute", minute)
        await store.dead_letters.add([dead_letter])
    async with schema(store_url, SECOND) as database:
        assert len(await database.fetch("SELECT id FROM result")) == 1
        for table in ("rollup_minute", "rollup_due", "set_aside", "intake"):
            with pytest.raises(OperationalError):
                await database.fetch(f"SELECT 1 FROM {table}")
    async with open_store(store_url) as store:
        assert await store.dead_letters.all() == []
        assert await store.rollups.due("minute", AT + 60_000) == [minute], (
            "what was stored before is rolled up, too"
        )
        assert await store.rollups.make("minute", minute) == 1
        await store.dead_letters.add([dead_letter])


async def test_a_lease_that_is_held_stays_held_and_gets_a_token(store_url: str) -> None:
    async with schema(store_url, "0005_intakes") as database:
        await database.client.execute_query(
            f"INSERT INTO lease (name, holder, until) VALUES ('c', 'a', {2**50})"
        )
    async with open_store(store_url) as store:
        assert await store.leases.take("c", "b", 60_000) is None
        assert await store.leases.take("c", "a", -1) == 0
        assert (await store.leases.take("c", "b", 60_000) or 0) > 0
    async with schema(store_url, "0005_intakes") as database:
        (row,) = await database.fetch("SELECT * FROM lease")
        assert (row["holder"], "token" in row) == ("b", False)


async def test_a_store_without_strikes_gets_them_and_loses_nothing_on_the_way_back(
    store_url: str, make_result: Make
) -> None:
    async with schema(store_url, "0006_lease_tokens") as database:
        await database.client.execute_query(OLD_INCIDENT)
        due = f"INSERT INTO rollup_due (level, at) VALUES ('minute', {AT})"
        await database.client.execute_query(due)
    async with open_store(store_url) as store:
        (incident,) = await store.incidents.open()
        assert not incident.withdrawn
        assert await store.rollups.due("minute", AT + 60_000) == [AT]
        assert await store.striking.waiting() == 0
        await store.results.add([make_result(1)])
        found = await store.striking.find("eu-west", 0, 2**60)
        assert await store.striking.strike("eu-west", 0, 2**60, found, ("", "", AT)) == 1
    async with schema(store_url, "0006_lease_tokens") as database:
        assert len(await database.fetch("SELECT id FROM result")) == 1
        assert len(await database.fetch("SELECT id FROM incident")) == 1
        with pytest.raises(OperationalError):
            await database.fetch("SELECT 1 FROM strike")
    async with open_store(store_url) as store:
        assert await store.striking.all() == []


async def _indexes(database: Database) -> set[str]:
    sql = (
        "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'result'"
        if database.is_sqlite
        else "SELECT indexname AS name FROM pg_indexes WHERE tablename = 'result'"
    )
    return {row["name"] for row in await database.fetch(sql)}


async def test_up_and_down_and_up_again_is_the_same_as_up(store_url: str) -> None:
    parts = (Part("region", "eu-west", AT), Part("component", "api", AT, AT + 5))
    async with open_store(store_url) as store:
        await store.incidents.apply(IncidentEvent(AT, Moment.OPENED, INCIDENT))
    async with schema(store_url, FIRST):
        pass
    async with open_store(store_url) as store:
        assert await store.incidents.open() == [INCIDENT]
        changed = replace(INCIDENT, parts=parts, intermittent=True, cause="x")
        await store.incidents.apply(IncidentEvent(AT + 5, Moment.UPDATED, changed))
        assert await store.incidents.open() == [changed]
