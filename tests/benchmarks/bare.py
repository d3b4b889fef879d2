"""The peer of the API: FastAPI with routes that answer ready bytes, on uvicorn as it comes.

It is told a port and a file of JSON, a body by path. `/v1/services/{id}` takes its parameter,
`/v1/events` holds a stream open that says nothing.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.responses import Response, StreamingResponse

JSON = "application/json"


def bare(bodies: dict[str, bytes]) -> FastAPI:
    """The app."""
    app = FastAPI(openapi_url=None)

    @app.get("/v1/services/{id}")
    async def service(id: str) -> Response:  # noqa: A002 - the name in the path
        return Response(bodies[f"/v1/services/{id}"], media_type=JSON)

    @app.get("/v1/events")
    async def events() -> StreamingResponse:
        async def silence() -> AsyncIterator[bytes]:
            yield b": here\n\n"
            await asyncio.Event().wait()

        return StreamingResponse(silence(), media_type="text/event-stream")

    for path, body in bodies.items():
        if not path.startswith("/v1/services/") or path.count("/") > 3:
            app.add_api_route(path, _answering(body))
    return app


def _answering(body: bytes) -> Callable[[], Awaitable[Response]]:
    async def route() -> Response:
        return Response(body, media_type=JSON)

    return route


def main() -> None:
    """Serve, until ended."""
    port, file = int(sys.argv[1]), Path(sys.argv[2])
    bodies = {path: body.encode() for path, body in json.loads(file.read_text()).items()}
    uvicorn.run(bare(bodies), host="127.0.0.1", port=port, log_config=None, access_log=False)
