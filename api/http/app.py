"""Puts the API together: its store is opened when it starts and closed when it stops."""

import gc
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from importlib.metadata import version
from typing import Any, Final

from fastapi import Depends, FastAPI
from starlette.middleware.cors import CORSMiddleware

from api.http.answers import errors
from api.http.answers.headers import SecurityHeaders
from api.http.answers.packing import Pack
from api.http.answers.prefix import AnswerHead, Below
from api.http.answers.refusals import refused
from api.http.listening.hosts import CheckHost, hosts
from api.http.openapi import corrected
from api.http.parameters import only_known
from api.http.requests import CountRequests, RequestMetrics
from api.http.routes import in_reading_order
from api.http.settings import ApiSettings
from api.http.sources.export_places import ExportPlaces
from api.http.sources.snapshot import Snapshots
from api.http.sources.sources import Exports, Sources
from coordinator.archive.place import archive_url, open_place
from coordinator.archive.reading.record import Record
from coordinator.store import Store, open_store

DESCRIPTION = """How far an outage reaches: us, a region, one feature, or everything.

Times are RFC 3339 in UTC. Errors are problem details (RFC 9457) with a stable `code`. Lists that
may grow come in pages: ask again with `cursor` set to `next`. Documents with a strong `ETag` answer
`304` to `If-None-Match`.
"""
EXPORT_THREADS: Final = 2
HEALTH: Final = ["health"]
"""The tag of what monitors ask, with parameters of their own that mean nothing here."""

Beside = Callable[[Sources], AbstractContextManager[object]]


def create_app(settings: ApiSettings, beside: Beside = nullcontext) -> FastAPI:
    """The ASGI app: HTTP API, metrics and page. `beside` is in force while it answers."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with (
            open_store(settings.database) as store,
            open_store(settings.database, migrate=False) as archive,
            open_store(settings.database, migrate=False) as exported,
            export_threads() as threads,
        ):
            snapshots = Snapshots(store, settings)
            places = ExportPlaces(settings.exports_at_once, settings.exports_per_client)
            for_exports = Exports(_record(exported, settings, threads), threads, places)
            app.state.sources = Sources(
                store, archive, _record(archive, settings), for_exports, snapshots, settings
            )
            _spare_collections()
            with beside(app.state.sources):
                yield
            await snapshots.close()

    app = _Api(
        title="Outscope",
        version=version("outscope"),
        description=DESCRIPTION,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # both viewers load their scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
        responses=refused(421, 500, 503),
    )
    app.state.requests = RequestMetrics()
    app.state.prefix = settings.root_path
    for router in in_reading_order():
        strict = router.include_in_schema and router.tags != HEALTH
        app.include_router(router, dependencies=[Depends(only_known)] if strict else [])
    errors.install(app)
    app.add_middleware(Pack)
    app.add_middleware(AnswerHead)
    app.add_middleware(Below, prefix=settings.root_path)
    app.add_middleware(CheckHost, known=hosts(settings.host, settings.hosts))
    app.add_middleware(SecurityHeaders, shared=bool(settings.origins))
    if settings.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.origins,
            allow_methods=["GET", "HEAD"],
            expose_headers=["ETag", "Link", "Retry-After", "Outscope-Export", "Outscope-Schema"],
        )
    app.add_middleware(CountRequests, metrics=app.state.requests)
    return app


@asynccontextmanager
async def export_threads() -> AsyncIterator[Executor]:
    """The threads in which all exports are read and written; what goes on in them is not waited
    for at the end.
    """
    threads = ThreadPoolExecutor(EXPORT_THREADS, "exporting")
    try:
        yield threads
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def _record(store: Store, settings: ApiSettings, threads: Executor | None = None) -> Record:
    url = archive_url(settings.archive, settings.database)
    return Record(store, None if url is None else open_place(url), threads)


def _spare_collections() -> None:
    """Leave what the start made out of garbage collections: a full one held every request up for 50
    ms.
    """
    gc.collect()
    gc.freeze()


class _Api(FastAPI):
    """FastAPI whose OpenAPI document shows our errors instead of its own."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if not self.openapi_schema:
            made = corrected(super().openapi())
            if self.state.prefix:
                made["servers"] = [{"url": self.state.prefix}]
            self.openapi_schema = made
        return self.openapi_schema
