"""The store: there, whole, of this version, and holding nothing that belongs nowhere."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

from coordinator.configuration import checks_of
from coordinator.doctor.finding import Finding, State, failure, ok, warning
from coordinator.store import StoreError
from coordinator.store.database import connection_name, sqlite_path
from coordinator.store.inspection import Inspection, inspect
from coordinator.store.snapshot import known_migrations
from worker.contract.settings.address import shown

LARGE: Final = 1 << 30
"""Bytes of a SQLite file up to which all of it is read in search of damage."""
_SHOWN: Final = 3


async def look_at_store(url: str) -> AsyncIterator[Finding]:
    """Every finding about the store itself. Nothing more is found when it cannot be read."""
    told_as = shown(url)
    try:
        if connection_name(url) == "sqlite" and not sqlite_path(url).exists():
            yield warning(
                "store",
                f"nothing is stored yet at {told_as}",
                "it is made by the first `outscope up`",
            )
            return
        async with inspect(url) as store:
            size = await store.size()
            yield ok("store", f"{told_as} answers: {await store.server()}, {size / 1e6:,.1f} MB")
            applied = await store.migrations()
            yield _migrations(applied)
            if store.is_sqlite:
                damage = await _damage(store, size)
                yield damage
                if damage.state is State.FAILURE:
                    return
            if set(known_migrations()) <= set(applied):
                async for finding in _orphans(store):
                    yield finding
    except StoreError as error:
        yield failure(
            "store", f"{told_as}: {error}", "start its server, or mend the URL in OUTSCOPE_DATABASE"
        )


def _migrations(applied: Sequence[str]) -> Finding:
    known = known_migrations()
    unknown = [name for name in applied if name not in known]
    pending = [name for name in known if name not in applied]
    if unknown:
        said = f"a newer Outscope wrote this store: {', '.join(unknown)}"
        return failure(
            "migrations", said, "upgrade Outscope on this machine; do not run this version on it"
        )
    if pending:
        said = f"{len(applied)} applied, to come: {', '.join(pending)}"
        return warning(
            "migrations",
            said,
            "back it up; the next start of any process of this version applies them",
        )
    return ok("migrations", f"all {len(known)} applied, the last is {known[-1]}")


async def _damage(store: Inspection, size: int) -> Finding:
    if size > LARGE:
        return ok("damage", "not looked for in a file this large; `outscope backup` does")
    found = await store.damage()
    todo = "stop Outscope and restore a backup: outscope restore FILE --force"
    return failure("damage", found, todo) if found else ok("damage", "none in the file")


async def _orphans(store: Inspection) -> AsyncIterator[Finding]:
    ever: set[str] = set()
    services: set[str] | None = None
    async for document in store.configurations():
        services = (
            {service["id"] for service in document["services"]} if services is None else services
        )
        ever.update(check["id"] for _, _, check in checks_of(document))
    strange = [name for name in await store.checks_of_results() if name not in ever]
    lines = await store.lines_without_incident()
    gone = [
        subject for subject in await store.subjects("service") if subject not in (services or ())
    ]
    if strange:
        said = (
            f"results of {_counted(strange, 'check')} that no configuration ever had:"
            f" {_some(strange)}"
        )
        yield warning(
            "orphans",
            said,
            "they were written by something else than this Outscope; retention removes them",
        )
    if lines:
        said = f"{lines:,} lines of timelines whose incident is not there"
        yield warning(
            "orphans",
            said,
            "rows were deleted by hand, or a restore was incomplete; restore a backup",
        )
    if gone:
        said = f"verdicts still stand of {_counted(gone, 'service')} that are gone: {_some(gone)}"
        yield warning(
            "orphans", said, "the coordinator forgets them when it starts or takes a configuration"
        )
    if not (strange or lines or gone):
        yield ok("orphans", "no row belongs nowhere")


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _counted(things: Sequence[str], name: str) -> str:
    number = len(things)
    return f"{number} {name}{'' if number == 1 else 's'}"
