"""The page and the reference: files of `api/web`, read once when the process starts."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.http.answers.encoding import Document, answer, ready

WEB: Final = Path(__file__).parents[2] / "web"
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_METHODS: Final = ["GET", "HEAD"]


def page_router() -> APIRouter:
    """`/`, the reference at `/docs`, and `/web/<file>` for every file of both; not part of the
    API's document.
    """
    files = {path.name: _read(path) for path in WEB.iterdir() if path.suffix in _TYPES}
    router = APIRouter(include_in_schema=False)

    async def index(request: Request) -> Response:
        return answer(request, files["index.html"])

    async def docs(request: Request) -> Response:
        return answer(request, files["docs.html"])

    async def file(request: Request, name: str) -> Response:
        if name not in files:
            raise HTTPException(404)
        return answer(request, files[name])

    router.add_api_route("/", index, methods=_METHODS, response_model=None)
    router.add_api_route("/docs", docs, methods=_METHODS, response_model=None)
    router.add_api_route("/web/{name}", file, methods=_METHODS, response_model=None)
    return router


def _read(path: Path) -> Document:
    """Icons may be kept for a day: the page must be able to change its icon when this server is
    gone.
    """
    keep = "max-age=86400" if path.suffix == ".svg" else "no-cache"
    return ready(path.read_bytes(), _TYPES[path.suffix], keep)
