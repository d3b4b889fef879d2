"""What a client that follows events holds in memory: not the way that its request took."""

import asyncio
from typing import Any

from api.http.app import create_app
from api.http.settings import ApiSettings
from coordinator.store import Store

SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/v1/events",
    "raw_path": b"/v1/events",
    "query_string": b"",
    "root_path": "",
    "scheme": "http",
    "http_version": "1.1",
    "headers": [(b"host", b"localhost")],
    "client": ("127.0.0.1", 4000),
    "server": ("127.0.0.1", 80),
}


def under_way(task: asyncio.Task[None]) -> list[str]:
    """The files of the calls that a task has not come back from, the outermost first."""
    files, call = list[str](), task.get_coro()
    while call is not None and hasattr(call, "cr_frame"):
        files.append(call.cr_frame.f_code.co_filename)
        call = call.cr_await
    return files


async def test_a_stream_goes_on_without_what_its_request_went_through(
    api_database: str, configured: Store
) -> None:
    app = create_app(ApiSettings(api_database))
    sent: asyncio.Queue[Any] = asyncio.Queue()
    gone = asyncio.Event()
    scope: dict[str, Any] = dict(SCOPE)

    async def receive() -> dict[str, str]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async with app.router.lifespan_context(app):
        task = asyncio.create_task(app(scope, receive, sent.put))
        start = await asyncio.wait_for(sent.get(), 60)
        assert start["status"] == 200
        assert dict(start["headers"])[b"x-content-type-options"] == b"nosniff"
        while b"event: ready" not in (await asyncio.wait_for(sent.get(), 60))["body"]:
            pass
        files = under_way(task)
        assert len(files) == 3, files
        assert all("/api/http/app.py" in one or "/api/http/live/" in one for one in files), files
        assert not {"route", "endpoint", "state", "headers"}.intersection(scope)
        app.state.sources.feed.close()
        await asyncio.wait_for(task, 60)
    assert sent.get_nowait()["body"].startswith(b"event: closing")
    assert sent.get_nowait()["more_body"] is False


async def test_its_headers_alone_can_be_asked_for(api_database: str, configured: Store) -> None:
    app = create_app(ApiSettings(api_database))
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async with app.router.lifespan_context(app):
        await asyncio.wait_for(app({**SCOPE, "method": "HEAD"}, receive, send), 60)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[0]["status"] == 200
