"""The client without asyncio."""

import time
from collections.abc import Iterable, Iterator
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


class Outscope:
    """One API at a base URL. Closes its connections when used as a context, or by `close`."""

    def __init__(
        self, url: str = "http://127.0.0.1:8000", token: str | None = None, timeout_s: float = 10
    ) -> None:
        self._http = httpx.Client(
            base_url=url,
            headers=headers_of(token),
            timeout=timeout_s,
            trust_env=not is_near(url),
        )

    def __enter__(self) -> "Outscope":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def services(self) -> "list[ServiceView]":
        """Every service that is judged, with its verdict."""
        found: list[ServiceView] = self.get(Ask(path("services")))["items"]
        return found

    def service(self, service: str) -> "ServiceDetail":
        """One service with its evidence; Refused when there is none of this id."""
        found: ServiceDetail = self.get(Ask(path("services", service)))
        return found

    def advice(
        self,
        services: Iterable[str] | None = None,
        models: Iterable[str] | None = None,
        region: str | None = None,
    ) -> "Advice":
        """What to use now, the best first."""
        found: Advice = self.get(questions.advice(services, models, region))
        return found

    def here(self, service: str | None = None) -> "Here":
        """Whom what is wrong concerns, as seen from near us."""
        found: Here = self.get(questions.here(service))
        return found

    def incident(self, incident: str) -> "IncidentDetail":
        """One incident with its timeline."""
        found: IncidentDetail = self.get(Ask(path("incidents", incident)))
        return found

    def incidents(
        self, service: str | None = None, *, open_only: bool = False
    ) -> "Iterator[IncidentView]":
        """Incidents, the newest first, page after page."""
        ask: Ask | None = questions.incidents(service, open_only)
        while ask is not None:
            page = self.get(ask)
            yield from page["items"]
            ask = ask.behind(page["next"]) if page["next"] else None

    def events(
        self,
        types: Iterable[str] | None = None,
        services: Iterable[str] | None = None,
        components: Iterable[str] | None = None,
        regions: Iterable[str] | None = None,
        after: int | None = None,
    ) -> Iterator[events.Event]:
        """What happens, for ever: a connection that is lost is made again, and goes on where it
        was. Unreachable when nobody answers at first.
        """
        wanted, reader = events.ask(types, services, components, regions), events.Reader(after)
        attempt = 0
        while True:
            reader.begin()
            try:
                with self._open(wanted, reader.last_id) as answer:
                    for line in answer.iter_lines():
                        attempt = 0
                        if (event := reader.take(line)) is not None:
                            yield event
            except (httpx.HTTPError, OutscopeError) as error:
                if not may_return(error, begun=reader.last_id is not None):
                    raise lost(error, str(self._http.base_url)) from None
            time.sleep(min(0.5 * 2**attempt, 10))
            attempt += 1

    def get(self, ask: Ask) -> Any:
        """The document of any question. A server that is busy or away is asked again."""
        attempt = 0
        while True:
            answer = None
            try:
                answer = self._http.get(ask.path, params=ask.params())
            except httpx.HTTPError as error:
                if pause_s(attempt, None) is None:
                    raise Unreachable(f"{self._http.base_url}: {error}") from None
            pause = pause_s(attempt, answer)
            if answer is not None and (answer.is_success or pause is None):
                return value_of(answer)
            time.sleep(pause or 0)
            attempt += 1

    def _open(self, ask: Ask, last_id: int | None) -> "_Opened":
        return _Opened(self._http, ask, last_id)


class _Opened:
    """An open stream, refused with a sentence when it is not one."""

    def __init__(self, http: httpx.Client, ask: Ask, last_id: int | None) -> None:
        timeout = httpx.Timeout(10, read=SILENCE_S)
        told = {"params": ask.params(), "headers": events.headers(last_id), "timeout": timeout}
        self._stream = http.stream("GET", ask.path, **told)  # type: ignore[arg-type]

    def __enter__(self) -> httpx.Response:
        answer = self._stream.__enter__()
        if answer.status_code >= 400:
            answer.read()
            document = answer.json() if "json" in answer.headers.get("content-type", "") else None
            self._stream.__exit__(None, None, None)
            raise refusal(answer, document)
        return answer

    def __exit__(self, *told: Any) -> None:
        self._stream.__exit__(*told)
