"""All checks of `outscope doctor`, in the order in which they are told."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from api.cli.abilities import look_at_icmp, look_at_libcurl, look_at_name_servers
from api.configuration import parameter_models
from api.supervisor.broker import server_binary
from api.supervisor.problem import CannotStartError
from coordinator.configuration import ConfigurationError, load_configuration, unbound_secrets
from coordinator.configuration.check import SECRET_PREFIX, Kinds
from coordinator.doctor import Finding, State, failure, machine, ok, warning
from coordinator.doctor.archives import look_at_archive
from coordinator.doctor.brokers.broker import look_at_broker
from coordinator.doctor.brokers.broker_safety import look_at_broker_safety
from coordinator.doctor.brokers.rabbitmq import look_at_rabbitmq
from coordinator.doctor.collector import look_at_collector
from coordinator.doctor.geography import look_at_places
from coordinator.doctor.store import look_at_store
from coordinator.doctor.work import look_at_work
from coordinator.messaging.rabbitmq.management import VARIABLE as MANAGEMENT
from coordinator.settings import SettingsError, read_settings
from coordinator.store import StoreError
from coordinator.store.database import connection_name, sqlite_path
from coordinator.store.inspection import inspect
from worker.contract import clock
from worker.contract.reloading.sentinel import found
from worker.contract.settings.address import secrets_of
from worker.contract.settings.rabbitmq import is_rabbitmq


@dataclass(frozen=True, slots=True)
class Installation:
    """What is looked at. Without `broker` it is the product on one machine, with a broker of its
    own.
    """

    data: Path
    database: str
    broker: str | None
    config: Path | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def __repr__(self) -> str:
        return f"Installation(data={self.data!r})"  # the URLs hold passwords

    def path(self, variable: str) -> Path | None:
        """The path that a variable names."""
        text = self.environ.get(variable, "").strip()
        return Path(text) if text else None


def examined(installation: Installation) -> Iterator[Finding]:
    """Every finding, as soon as it is there, without secrets. A check that fails itself is a
    finding too.
    """
    hidden = [*secrets_of(installation.database), *secrets_of(installation.broker)]
    for called, check in _checks(installation):
        for finding in _safely(called, check):
            yield _without(finding, hidden)


def _checks(installation: Installation) -> Iterable[tuple[str, Callable[[], Iterable[Finding]]]]:
    url, now = installation.database, clock.now()
    countries, networks = (
        installation.path("OUTSCOPE_GEOIP_COUNTRY"),
        installation.path("OUTSCOPE_GEOIP_ASN"),
    )
    elsewhere = installation.environ.get("OUTSCOPE_WRITERS", "").strip() == "elsewhere"
    return (
        ("python", lambda: [machine.look_at_python()]),
        ("libcurl", lambda: [look_at_libcurl()]),
        ("icmp", lambda: [look_at_icmp()]),
        ("name servers", lambda: [look_at_name_servers()]),
        ("open files", lambda: [machine.look_at_open_files()]),
        ("disk", lambda: machine.look_at_disk(_folders(installation))),
        ("writing", lambda: [machine.look_at_writing(_folders(installation))]),
        ("memory", lambda: [machine.look_at_memory()]),
        ("countries", lambda: look_at_places(countries, networks, now)),
        ("settings", lambda: [_settings(installation)]),
        (
            "configuration",
            lambda: _configuration(installation.config) if installation.config else [],
        ),
        ("broker", lambda: _broker_and_clock(installation)),
        ("store", lambda: asyncio.run(_all(look_at_store(url)))),
        ("archive", lambda: [look_at_archive(installation.environ.get("OUTSCOPE_ARCHIVE"), url)]),
        ("otel", lambda: look_at_collector(installation.environ)),
        ("work", lambda: asyncio.run(_all(look_at_work(url, now, elsewhere)))),
    )


def _safely(called: str, check: Callable[[], Iterable[Finding]]) -> Iterable[Finding]:
    try:
        return list(check())
    except Exception as error:
        return [
            failure(
                called,
                f"the check itself failed: {error!r}",
                "please report this as a bug of Outscope",
            )
        ]


def _without(finding: Finding, hidden: Iterable[str]) -> Finding:
    said, todo = finding.said, finding.todo
    for secret in hidden:
        said, todo = said.replace(secret, "…"), todo.replace(secret, "…")
    return Finding(finding.check, finding.state, said, todo)


def _folders(installation: Installation) -> list[Path]:
    folders = [installation.data]
    if connection_name(installation.database) == "sqlite":
        folders.append(sqlite_path(installation.database).absolute().parent)
    archive = installation.environ.get("OUTSCOPE_ARCHIVE", "")
    if archive not in ("", "off") and "://" not in archive:
        folders.append(Path(archive).expanduser().absolute())
    return list(dict.fromkeys(folders))


def _settings(installation: Installation) -> Finding:
    broker = installation.broker or "redis://embedded"
    try:
        read_settings(installation.environ, broker=broker, database=installation.database)
    except SettingsError as error:
        return failure("settings", str(error), "mend this variable of the environment")
    return ok("settings", "the environment holds no mistake")


def _configuration(path: Path) -> Iterator[Finding]:
    kinds = parameter_models()
    finding = _valid(path, kinds)
    yield finding
    if finding.state is State.OK:
        yield _secrets(unbound_secrets(path, kinds))


def _secrets(unbound: Mapping[str, Sequence[str]]) -> Finding:
    """Whether it is said of each secret whom it is for."""
    if not unbound:
        return ok("secrets", "the configuration says of each whom it is for")
    lines = [f"{key}: {{hosts: [{', '.join(hosts)}]}}" for key, hosts in unbound.items()]
    names = ", ".join(f"{SECRET_PREFIX}{key.upper()}" for key in unbound)
    said = (
        f"it is not said whom they are for, so a mistake in a check may send them anywhere: {names}"
    )
    return warning("secrets", said, f"add to the first file: secrets: {{{', '.join(lines)}}}")


def _valid(path: Path, kinds: Kinds) -> Finding:
    try:
        topology = load_configuration(path, kinds).topology
    except ConfigurationError as error:
        first, more = error.mistakes[0], len(error.mistakes) - 1
        said = f"{first}{f' (and {more} more)' if more else ''}"
        return failure(
            "configuration",
            said,
            f"mend it, and see all mistakes with: outscope config check {path}",
        )
    return ok(
        "configuration",
        f"{path} is valid: {len(topology.services)} services, {len(topology.checks)} checks",
    )


def _broker_and_clock(installation: Installation) -> Iterator[Finding]:
    offsets = []
    if installation.broker is None:
        yield _embedded(installation.data)
    else:
        before = clock.now()
        finding, theirs = look_at_broker(installation.broker)
        yield finding
        if is_rabbitmq(installation.broker) and finding.state is State.OK:
            told = installation.environ.get(MANAGEMENT, "").strip()
            yield from look_at_rabbitmq(installation.broker, told)
        if theirs is not None:
            offsets.append(("the broker", machine.offset_ms(before, theirs, clock.now())))
            regions = asyncio.run(_regions(installation.database))
            yield from look_at_broker_safety(found(installation.broker), regions)
    if connection_name(installation.database) == "postgres":
        offset = asyncio.run(_database_offset(installation.database))
        offsets += [("the database", offset)] if offset is not None else []
    yield machine.look_at_clock(offsets)


def _embedded(data: Path) -> Finding:
    try:
        program = server_binary()
    except CannotStartError as error:
        return failure("broker", "there is none to start", str(error))
    running = _running(data)
    return ok("broker", f"its own, {program}; {running or 'Outscope does not run on ' + str(data)}")


def _running(data: Path) -> str:
    """Who holds the data folder; empty when nobody does. The lock is held for a moment, shared, and
    not changed.
    """
    try:
        with (data / "lock").open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                owner = lock.read(20).decode(errors="replace").strip()
                return f"Outscope runs on {data} (process {owner or 'unknown'})"
    except OSError:
        return ""
    return ""


async def _regions(url: str) -> list[str]:
    """The regions of the configuration in force; none when there is none to read."""
    try:
        async with inspect(url) as store:
            document = await anext(store.configurations(), None)
    except StoreError:
        return []
    return [region["id"] for region in (document or {}).get("regions", ())]


async def _database_offset(url: str) -> int | None:
    try:
        async with inspect(url) as store:
            before = clock.now()
            theirs = await store.now_ms()
            return None if theirs is None else machine.offset_ms(before, theirs, clock.now())
    except StoreError:
        return None


async def _all(findings: AsyncIterator[Finding]) -> list[Finding]:
    return [finding async for finding in findings]
