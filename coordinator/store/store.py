"""The store: every query of Outscope, by what it is about."""

from collections.abc import Mapping
from typing import Any

from coordinator.store.access.sessions import Sessions
from coordinator.store.access.tokens import Tokens
from coordinator.store.acknowledging.acknowledgements import Acknowledgements
from coordinator.store.acknowledging.vendors import Vendors
from coordinator.store.audit import Audit
from coordinator.store.circumstances.contexts import Contexts
from coordinator.store.circumstances.maintenance import Maintenance
from coordinator.store.circumstances.times import MaintenanceTimes
from coordinator.store.database import Database
from coordinator.store.joining.invitations import Invitations
from coordinator.store.joining.keys import WorkerKeys
from coordinator.store.leases import Leases
from coordinator.store.looking.look_jobs import LookJobs
from coordinator.store.notices.deliveries import Deliveries
from coordinator.store.notices.subscribers import Subscribers
from coordinator.store.notices.threads import NoticeThreads
from coordinator.store.results.archiving import Archiving
from coordinator.store.results.exporting import Exporting
from coordinator.store.results.measuring import Measuring
from coordinator.store.results.results import Results
from coordinator.store.results.retention import Retention
from coordinator.store.results.striking import Striking
from coordinator.store.rollups.buckets import Buckets
from coordinator.store.rollups.making import Rollups
from coordinator.store.state.configurations import Configurations
from coordinator.store.state.dead_letters import DeadLetters
from coordinator.store.state.events import Events
from coordinator.store.state.gaps import Gaps
from coordinator.store.state.incidents import Incidents
from coordinator.store.state.refusals import Refusals
from coordinator.store.state.standings import Standings
from coordinator.store.state.verdicts import Verdicts
from coordinator.store.state.workers import Workers
from coordinator.store.state.writers import Writers


class Store:
    """Domain values and plain dicts in and out; no ORM object leaves it. Made by `open_store`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.configurations = Configurations(database)
        self.results = Results(database)
        self.rollups = Rollups(database)
        self.buckets = Buckets(database)
        self.striking = Striking(database)
        self.retention = Retention(database)
        self.standings = Standings(database)
        self.verdicts = Verdicts(database)
        self.incidents = Incidents(database)
        self.events = Events(database)
        self.vendors = Vendors(database)
        self.acknowledgements = Acknowledgements(database)
        self.notice_threads = NoticeThreads(database)
        self.deliveries = Deliveries(database)
        self.subscribers = Subscribers(database)
        self.contexts = Contexts(database)
        self.maintenance = Maintenance(database)
        self.maintenance_times = MaintenanceTimes(database)
        self.workers = Workers(database)
        self.gaps = Gaps(database)
        self.refusals = Refusals(database)
        self.dead_letters = DeadLetters(database)
        self.writers = Writers(database)
        self.leases = Leases(database)
        self.archiving = Archiving(database)
        self.exporting = Exporting(database)
        self.measuring = Measuring(database)
        self.invitations = Invitations(database)
        self.worker_keys = WorkerKeys(database)
        self.audit = Audit(database)
        self.tokens = Tokens(database)
        self.sessions = Sessions(database)
        self.look_jobs = LookJobs(database, self.results)

    async def ping(self) -> None:
        """Returns when the database answers; raises when it does not."""
        await self._database.fetch("SELECT 1 AS one")

    async def connect_by(self, told: Mapping[str, Any]) -> None:
        """Make connections to PostgreSQL by these parameters of asyncpg from now on. Those in use
        are given up when their users are done.
        """
        await self._database.connect_by(told)

    async def size(self, table: str) -> int:
        """Bytes on disk of a table of PostgreSQL with its indexes and partitions, or of the whole
        file of SQLite.
        """
        if self._database.is_sqlite:
            sql = "SELECT page_count * page_size AS size FROM pragma_page_count, pragma_page_size"
            return int((await self._database.fetch(sql))[0]["size"])
        sql = (
            "SELECT pg_total_relation_size(?::text::regclass) + coalesce((SELECT"
            " sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent ="
            " ?::text::regclass), 0) AS size"
        )
        return int((await self._database.fetch(sql, table, table))[0]["size"])
