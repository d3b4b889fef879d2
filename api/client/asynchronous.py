"""The client with asyncio."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, Any, Final

import httpx

from api.client import events, questions
from api.client.asking import (
    Ask,
    OutscopeError,
    Unreachable,
    headers_of,
    is_near,
    lost,
    may_return,
    path,
    pause_s,
    refusal,
    value_of,
)

if TYPE_CHECKING:
    from api.documents.advice import Advice
    from api.documents.here import Here
    from api.documents.incidents import IncidentDetail, IncidentView
    from api.documents.services import ServiceDetail, ServiceView

SILENCE_S: Final = 40.0
"""The server says something every 15 s; who hears nothing for so long has lost it."""


class AsyncOutscope:
    """One API at a base URL. Closes its connections when used as a context, or by `close`."""

    def __init__(
        self, url: str = "http://127.0.0.1:8000", token: str | None = None, timeout_s: float = 10
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=url,
            headers=headers_of(token),
            timeout=timeout_s,
            trust_env=not is_near(url),
        )

    async def __aenter__(self) -> "AsyncOutscope":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def services(self) -> "list[ServiceView]":
        """Every service that is judged, with its verdict."""
        found: list[ServiceView] = (await self.get(Ask(path("services"))))["items"]
        return found

    async def service(self, service: str) -> "ServiceDetail":
        """One service with its evidence; Refused when there is none of this id."""
        found: ServiceDetail = await self.get(Ask(path("services", service)))
        return found

    async def advice(
        self,
        services: Iterable[str] | None = None,
        models: Iterable[str] | None = None,
        region: str | None = None,
    ) -> "Advice":
        """What to use now, the best first."""
        found: Advice = await self.get(questions.advice(services, models, region))
        return found

    async def here(self, service: str | None = None) -> "Here":
        """Whom what is wrong concerns, as seen from near us."""
        found: Here = await self.get(questions.here(service))
        return found

    async def incident(self, incident: str) -> "IncidentDetail":
        """One incident with its timeline."""
        found: IncidentDetail = await self.get(Ask(path("incidents", incident)))
        return found

    async def incidents(
        self, service: str | None = None, *, open_only: bool = False
    ) -> "AsyncIterator[IncidentView]":
        """Incidents, the newest first, page after page."""
        ask: Ask | None = questions.incidents(service, open_only)
        while ask is not None:
            page = await self.get(ask)
            for item in page["items"]:
                yield item
            ask = ask.behind(page["next"]) if page["next"] else None

    async def events(
        self,
        types: Iterable[str] | None = None,
        services: Iterable[str] | None = None,
        components: Iterable[str] | None = None,
        regions: Iterable[str] | None = None,
        after: int | None = None,
    ) -> AsyncIterator[events.Event]:
        """What happens, for ever: a connection that is lost is made again, and goes on where it
        was. Unreachable when nobody answers at first.
        """
        wanted, reader = events.ask(types, services, components, regions), events.Reader(after)
        attempt = 0
        while True:
            reader.begin()
            try:
                async with self._open(wanted, reader.last_id) as answer:
                    async for line in answer.aiter_lines():
                        attempt = 0
                        if (event := reader.take(line)) is not None:
                            yield event
            except (httpx.HTTPError, OutscopeError) as error:
                if not may_return(error, begun=reader.last_id is not None):
                    raise lost(error, str(self._http.base_url)) from None
            await asyncio.sleep(min(0.5 * 2**attempt, 10))
            attempt += 1

    async def get(self, ask: Ask) -> Any:
        """The document of any question. A server that is busy or away is asked again."""
        attempt = 0
        while True:
            answer = None
            try:
                answer = await self._http.get(ask.path, params=ask.params())
            except httpx.HTTPError as error:
                if pause_s(attempt, None) is None:
                    raise Unreachable(f"{self._http.base_url}: {error}") from None
            pause = pause_s(attempt, answer)
            if answer is not None and (answer.is_success or pause is None):
                return value_of(answer)
            await asyncio.sleep(pause or 0)
            attempt += 1

    def _open(self, ask: Ask, last_id: int | None) -> "_Opened":
        return _Opened(self._http, ask, last_id)


class _Opened:
    """An open stream, refused with a sentence when it is not one."""

    def __init__(self, http: httpx.AsyncClient, ask: Ask, last_id: int | None) -> None:
        timeout = httpx.Timeout(10, read=SILENCE_S)
        told = {"params": ask.params(), "headers": events.headers(last_id), "timeout": timeout}
        self._stream = http.stream("GET", ask.path, **told)  # type: ignore[arg-type]

    async def __aenter__(self) -> httpx.Response:
        answer = await self._stream.__aenter__()
        if answer.status_code >= 400:
            await answer.aread()
            document = answer.json() if "json" in answer.headers.get("content-type", "") else None
            await self._stream.__aexit__(None, None, None)
            raise refusal(answer, document)
        return answer

    async def __aexit__(self, *told: Any) -> None:
        await self._stream.__aexit__(*told)
