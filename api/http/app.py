"""Puts the API together: its store is opened when it starts and closed when it stops."""

import gc
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from importlib.metadata import version
from socket import gethostname
from typing import Any, Final

from fastapi import Depends, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import Receive, Scope, Send

from api.http.access.door import READING
from api.http.access.oidc import Provider, read_oidc
from api.http.access.rates import Rates, TellRates
from api.http.access.table import table
from api.http.answers import errors
from api.http.answers.deprecation import TellDeprecated
from api.http.answers.headers import SecurityHeaders
from api.http.answers.packing import Pack
from api.http.answers.prefix import AnswerHead, Below
from api.http.answers.refusals import refused
from api.http.answers.worded import Worded
from api.http.kept.replay import Replay
from api.http.listening.hosts import CheckHost, hosts
from api.http.live.answer import answered
from api.http.live.feed import Feed
from api.http.openapi import corrected
from api.http.parameters import only_known
from api.http.requests import CountRequests, RequestMetrics
from api.http.routes import in_reading_order
from api.http.settings import ApiSettings
from api.http.sources.export_places import ExportPlaces
from api.http.sources.relaying import let_go as workers_let_go
from api.http.sources.relaying import relaying
from api.http.sources.snapshot import Snapshots
from api.http.sources.sources import Exports, Sources
from api.http.sources.uses import counting
from coordinator.access.local import take_given
from coordinator.archive.place import archive_url, open_place
from coordinator.archive.reading.record import Record
from coordinator.store import Store, open_store
from coordinator.store.audit import Entry
from worker.contract.clock import now

DESCRIPTION = """How far an outage reaches: us, a region, one feature, or everything.

Times are RFC 3339 in UTC. Errors are problem details (RFC 9457) with a stable `code`. Lists that
may grow come in pages: ask again with `cursor` set to `next`. Documents with a strong `ETag` answer
`304` to `If-None-Match`. Documents that can be read as `text/markdown` are given so when `Accept`
says that, or behind `.md` at the end of the address.

Within `v1` fields and words may be added; nothing is taken away or changes its meaning without
notice. What goes away says so in each answer, `Deprecation` (RFC 9745) and `Sunset` (RFC 8594), for
180 days at least.
"""
EXPORT_THREADS: Final = 2
_EXPOSED: Final = (
    *("ETag", "Link", "Retry-After", "RateLimit", "RateLimit-Policy", "Deprecation", "Sunset"),
    *("Outscope-Export", "Outscope-Schema"),
)
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
            relaying(store, settings) as app.state.relaying,
            counting(store) as uses,
            store.tokens.kept() as tokens,
        ):
            if settings.admin_token:
                given = Entry(now(), "OUTSCOPE_ADMIN_TOKEN", "", "", gethostname())
                await take_given(store, settings.admin_token, given)
            snapshots = Snapshots(store, settings)
            places = ExportPlaces(settings.exports_at_once, settings.exports_per_client)
            for_exports = Exports(_record(exported, settings, threads), threads, places)
            app.state.sources = Sources(
                store,
                archive,
                _record(archive, settings),
                for_exports,
                snapshots,
                Feed(store),
                settings,
                tokens,
                uses,
            )
            _spare_collections()
            with beside(app.state.sources):
                yield
            await snapshots.close()
            if hasattr(app.state, "places"):
                app.state.places.close()

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
    app.state.rates = Rates(settings.rate_limit)
    oidc = read_oidc(settings.environ)
    app.state.provider = None if oidc is None else Provider(oidc)
    app.state.public_url = settings.environ.get("OUTSCOPE_PUBLIC_URL", "").strip().rstrip("/")
    app.state.prefix = settings.root_path
    app.state.unasked = READING if settings.reading_is_open else frozenset()
    for router in in_reading_order():
        strict = router.include_in_schema and router.tags != HEALTH
        app.include_router(router, dependencies=[Depends(only_known)] if strict else [])
    errors.install(app)
    app.add_middleware(TellDeprecated)
    app.add_middleware(Worded)
    app.add_middleware(Pack)
    app.add_middleware(TellRates, private=not settings.reading_is_open)
    app.add_middleware(AnswerHead)
    app.add_middleware(Below, prefix=settings.root_path)
    app.add_middleware(CheckHost, known=hosts(settings.host, settings.hosts))
    app.add_middleware(SecurityHeaders, shared=bool(settings.origins))
    if settings.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.origins,
            allow_methods=["GET", "HEAD"],
            expose_headers=_EXPOSED,
        )
    app.add_middleware(Replay)
    app.add_middleware(CountRequests, metrics=app.state.requests)
    return app


def let_go(app: FastAPI) -> None:
    """Let those go who follow events, or wait for orders: the process stops."""
    sources: Sources | None = getattr(app.state, "sources", None)
    if sources is not None:
        sources.feed.close()
    workers_let_go(app)


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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await answered(super().__call__, scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if not self.openapi_schema:
            made = corrected(super().openapi(), table(self), self.state.unasked)
            if self.state.prefix:
                made["servers"] = [{"url": self.state.prefix}]
            self.openapi_schema = made
        return self.openapi_schema
