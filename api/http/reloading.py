"""What the API reads again at SIGHUP."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.http.settings import ApiSettings, read_archive, read_database
from api.http.sources.sources import Sources
from coordinator.archive.place import archive_url, open_place, same_place
from coordinator.store import reload_database
from worker.contract.logs import reload_level
from worker.contract.reloading.hangup import answered
from worker.contract.reloading.reloads import ReloadError, Reloads, told_in, touched


@contextmanager
def reloading(settings: ApiSettings, level: str, sources: Sources) -> Iterator[None]:
    """Reload at each SIGHUP: how much is logged, the credentials of the database and of the
    archive.
    """
    environ = settings.environ
    reloads = Reloads(touched(environ.get("OUTSCOPE_READY_FILE")))
    reload_level(reloads, level, environ)
    stores = [sources.store, sources.archive, sources.exports.record.store]
    reload_database(reloads, environ, settings.database, lambda: read_database(environ), stores)
    _add_archive(reloads, settings, sources)
    with answered(reloads.reload):
        yield


def _add_archive(reloads: Reloads, settings: ApiSettings, sources: Sources) -> None:
    environ = settings.environ
    now = archive_url(settings.archive, settings.database)

    def read() -> str | None:
        return archive_url(read_archive(environ), settings.database)

    def take(url: str | None) -> None:
        if url is None or now is None or not same_place(url, now):
            raise ReloadError("it leads to another archive, which takes a restart")
        place = open_place(url)
        for record in (sources.record, sources.exports.record):
            record.use(place)

    reloads.add(told_in("OUTSCOPE_ARCHIVE", environ), now, read, take)
