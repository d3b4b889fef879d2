"""An API in this process that asks for tokens, and tokens to show it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI

from api.http.app import create_app
from api.http.settings import ApiSettings
from coordinator.access.minting import minted, wanted
from coordinator.access.scopes import Scope
from coordinator.store import Store
from coordinator.store.access.tokens import AccessToken
from coordinator.store.audit import Entry
from worker.contract.clock import now


@asynccontextmanager
async def asking(
    database: str, client: str = "127.0.0.1", **settings: Any
) -> AsyncIterator[tuple[httpx.AsyncClient, FastAPI]]:
    """A client at this address, and the app."""
    app = create_app(ApiSettings(database, refresh_ms=0, stale_ms=0, **settings))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(client, 4000))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as asks,
    ):
        yield asks, app


async def token_of(
    store: Store, *scopes: Scope, ago_ms: int = 0, networks: tuple[str, ...] = ()
) -> tuple[str, AccessToken]:
    """A token for an hour with these scopes, made so long ago, and what is stored of it."""
    at = now() - ago_ms
    text, token = minted(wanted("tests", list(scopes), "1h", networks), "tester", at)
    await store.tokens.add(token, Entry(at, "tester", "token created", token.id, "here"))
    return text, token


def bearer(token: str) -> dict[str, str]:
    """The header that shows a token."""
    return {"authorization": f"Bearer {token}"}
