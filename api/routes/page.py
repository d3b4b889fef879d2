"""The page: files of `api/web`, read once when the process starts."""

from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.encoding import Document, answer, ready

WEB: Final = Path(__file__).parent.parent / "web"
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def page_routes() -> list[Route]:
    """`/`, and `/web/<file>` for every file of the page; GET and HEAD."""
    files = {
        path.name: ready(path.read_bytes(), _TYPES[path.suffix]) for path in WEB.iterdir() if path.suffix in _TYPES
    }

    async def index(request: Request) -> Response:
        return answer(request, files["index.html"])

    async def file(request: Request) -> Response:
        return answer(request, _found(files, request.path_params["name"]))

    return [Route("/", index), Route("/web/{name}", file)]


def _found(files: dict[str, Document], name: str) -> Document:
    if name not in files:
        raise HTTPException(404)
    return files[name]
