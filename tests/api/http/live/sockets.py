"""A client of the events over a WebSocket, by the library `websockets`."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus


@asynccontextmanager
async def socket_to(
    url: str, query: str = "", origin: str | None = None, **headers: str
) -> AsyncIterator[ClientConnection]:
    """A WebSocket of the events of an API."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    address = f"{url.replace('http', 'ws', 1)}/v1/events?{query}".rstrip("?")
    opened = connect(address, origin=origin, additional_headers=told, proxy=None, open_timeout=60)
    async with opened as link:
        yield link


async def heard(link: ClientConnection) -> dict[str, Any]:
    """The next message."""
    text = await link.recv()
    assert isinstance(text, str)
    found: dict[str, Any] = json.loads(text)
    return found


async def heard_until(link: ClientConnection, kind: str) -> list[dict[str, Any]]:
    """All messages up to one of that type, with it."""
    found = [await heard(link)]
    while found[-1]["type"] != kind:
        found.append(await heard(link))
    return found


async def refusal(
    url: str, query: str = "", origin: str | None = None, **headers: str
) -> tuple[int, dict[str, Any]]:
    """Status and problem of an answer that opens none."""
    with pytest.raises(InvalidStatus) as refused:
        async with socket_to(url, query, origin, **headers):
            pass
    answer = refused.value.response
    return answer.status_code, json.loads(answer.body or b"")
