"""What the coordinator and a writer read again at SIGHUP. The configuration is not among it:
`outscope apply` changes that.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from coordinator.archive.place import same_place
from coordinator.geodata.places import Database, Places
from coordinator.joining.meeting import PUBLIC
from coordinator.messaging.link import trouble_with
from coordinator.messaging.publisher import Publisher
from coordinator.messaging.rabbitmq.reader import trouble_with as rabbitmq_trouble
from coordinator.messaging.signing import VARIABLE as KEY_VARIABLE
from coordinator.messaging.signing import Signer, find_signer
from coordinator.settings import (
    CoordinatorSettings,
    SettingsError,
    read_archive,
    read_broker,
    read_database,
    read_meeting,
    read_signing_key,
)
from coordinator.store import Store, reload_database
from coordinator.upkeep.archive_loop import ArchiveLoop
from worker.contract.logs import reload_level
from worker.contract.reloading.broker_link import BrokerAccess, BrokerLink, broker_access
from worker.contract.reloading.hangup import answered
from worker.contract.reloading.reloads import ReloadError, Reloads, told_in, touched
from worker.contract.settings.rabbitmq import is_rabbitmq


@asynccontextmanager
async def reloading(settings: CoordinatorSettings, *stores: Store) -> AsyncIterator[Reloads]:
    """Reload at each SIGHUP: for now how much is logged, and the database's credentials; what is
    opened later is added then.
    """
    reloads = Reloads(touched(settings.ready_file))
    environ = settings.environ
    reload_level(reloads, settings.log_level, environ)
    reload_database(reloads, environ, settings.database, lambda: read_database(environ), stores)
    with answered(reloads.reload):
        yield reloads


def link_of(settings: CoordinatorSettings) -> BrokerLink:
    """The way to the broker; SettingsError when a file that its URL names cannot be used."""
    return BrokerLink(_way_in(settings.broker), _trouble_with)


def _trouble_with(url: str) -> str:
    return rabbitmq_trouble(url) if is_rabbitmq(url) else trouble_with(url)


def _way_in(broker: str) -> BrokerAccess:
    try:
        return broker_access(broker)
    except ValueError as error:
        raise SettingsError(f"OUTSCOPE_BROKER: {error}") from None


def add_broker(reloads: Reloads, settings: CoordinatorSettings, link: BrokerLink) -> None:
    """Reload the way to the broker."""
    environ = settings.environ

    def read() -> BrokerAccess:
        return _way_in(read_broker(environ))

    reloads.add(told_in("OUTSCOPE_BROKER", environ), link.access, read, link.use)


def add_meeting(
    reloads: Reloads, settings: CoordinatorSettings, link: BrokerLink
) -> Callable[[], tuple[str, str]]:
    """Reload where workers that join meet us; what tells it as it is at the moment. Where it is as
    our own way to the broker has it, it follows that one, which is to be reloaded before.
    """
    environ = settings.environ
    held = [(settings.broker_public, settings.broker_ca)]

    def read() -> tuple[str, str]:
        return read_meeting(link.access.url, environ)

    def take(told: tuple[str, str]) -> None:
        held[0] = told

    reloads.add(told_in(PUBLIC, environ), held[0], read, take)
    return lambda: held[0]


def add_signer(
    reloads: Reloads, settings: CoordinatorSettings, signer: Signer | None, publisher: Publisher
) -> None:
    """Reload the key that signs, wherever it was found."""

    def read() -> Signer | None:
        found = find_signer(read_signing_key(settings.environ), settings.data_dir, makes=False)
        if found is None and signer is not None:
            raise ReloadError(f"there is no key in {settings.data_dir} any more")
        return found

    reloads.add(told_in(KEY_VARIABLE, settings.environ), signer, read, publisher.sign_by)


def add_places(reloads: Reloads, settings: CoordinatorSettings, places: Places) -> None:
    """Reload the GeoIP databases that settings name."""
    for name, path, database in (
        ("OUTSCOPE_GEOIP_COUNTRY", settings.geoip_country, places.country),
        ("OUTSCOPE_GEOIP_ASN", settings.geoip_asn, places.asn),
    ):
        if path is not None:
            reloads.add(name, database.state(), database.state, _opening(places, database))


def _opening(places: Places, database: Database) -> Callable[[object], None]:
    return lambda _state: places.open_again(database)


def add_archive(reloads: Reloads, settings: CoordinatorSettings, loops: Sequence[object]) -> None:
    """Reload by which URL the archive is reached, for the loop among these that archives."""
    environ, now = settings.environ, settings.archive or ""

    def read() -> str:
        return read_archive(environ, settings.database) or ""

    def take(url: str) -> None:
        if not same_place(url, now):
            raise ReloadError("it leads to another archive, which takes a restart")
        for loop in loops:
            if isinstance(loop, ArchiveLoop):
                loop.use(url)

    reloads.add(told_in("OUTSCOPE_ARCHIVE", environ), now, read, take)
