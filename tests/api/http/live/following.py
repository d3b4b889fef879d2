"""A client of an event stream, written from the standard: reads messages as they come."""

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class Message:
    name: str
    data: Any
    id: int | None


class Stream:
    """The messages of one connection."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def next(self) -> Message:
        """The next message; StopAsyncIteration when the server ended the stream."""
        told: dict[str, str] = {}
        while True:
            line = await anext(self._lines)
            if line == "" and "data" in told:
                number = told.get("id")
                data = json.loads(told["data"])
                return Message(told.get("event", "message"), data, int(number) if number else None)
            if line == "":
                told = {}
            elif not line.startswith(":"):
                name, _, value = line.partition(": ")
                told[name] = value

    async def until(self, name: str) -> list[Message]:
        """All messages up to one of that name, with it."""
        found = [await self.next()]
        while found[-1].name != name:
            found.append(await self.next())
        return found


@asynccontextmanager
async def following(
    url: str, query: Iterable[tuple[str, str]] = (), **headers: str
) -> AsyncIterator[Stream]:
    """Follows the events of an API."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    timeout = httpx.Timeout(60)
    async with (
        httpx.AsyncClient(timeout=timeout, trust_env=False) as client,
        client.stream("GET", f"{url}/v1/events", params=list(query), headers=named) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        yield Stream(answer)
