"""A relay of its own: the addresses that workers ask, and nothing else of the API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.metadata import version

from fastapi import Depends, FastAPI

from api.http.answers import errors
from api.http.answers.headers import SecurityHeaders
from api.http.answers.packing import Pack
from api.http.answers.prefix import AnswerHead, Below
from api.http.listening.hosts import CheckHost, hosts
from api.http.parameters import only_known
from api.http.routes import relay
from api.http.routes.health import alive
from api.http.settings import ON, ApiSettings
from api.http.sources.relaying import relaying
from coordinator.store import open_store


def create_relay_app(settings: ApiSettings) -> FastAPI:
    """The ASGI app of `outscope relay`."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        here = replace(settings, relay=ON)
        async with (
            open_store(settings.database, migrate=False) as store,
            relaying(store, here) as app.state.relaying,
        ):
            yield

    app = FastAPI(
        title="Outscope relay",
        version=version("outscope"),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.include_router(alive)
    app.include_router(relay.router, dependencies=[Depends(only_known)])
    errors.install(app)
    app.add_middleware(Pack)
    app.add_middleware(AnswerHead)
    app.add_middleware(Below, prefix=settings.root_path)
    app.add_middleware(CheckHost, known=hosts(settings.host, settings.hosts))
    app.add_middleware(SecurityHeaders, shared=False)
    return app
