"""The page and the reference: files of `api/web`, read once when the process starts.

`/`, the reference at `/docs`, and `/web/<file>` for every file of both; not part of the API's
document.
"""

from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from api.http.answers.encoding import Document, answer, ready
from api.http.answers.prefix import outside

WEB: Final = Path(__file__).parents[2] / "web"
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_METHODS: Final = ["GET", "HEAD"]


def _read(path: Path) -> Document:
    """Icons may be kept for a day: the page must be able to change its icon when this server is
    gone.
    """
    keep = "max-age=86400" if path.suffix == ".svg" else "no-cache"
    return ready(path.read_bytes(), _TYPES[path.suffix], keep)


_FILES: Final = {path.name: _read(path) for path in WEB.iterdir() if path.suffix in _TYPES}
router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=_METHODS, response_model=None)
async def index(request: Request) -> Response:
    """The page."""
    return answer(request, _FILES["index.html"])


@router.api_route("/docs", methods=_METHODS, response_model=None)
async def docs(request: Request) -> Response:
    """The reference."""
    return answer(request, _FILES["docs.html"])


@router.get("/openapi.json", response_model=None)
async def openapi(request: Request) -> Response:
    """Where it is."""
    return RedirectResponse(outside(request, "/v1/openapi.json"), 308)


@router.api_route("/web/{name}", methods=_METHODS, response_model=None)
async def file(request: Request, name: str) -> Response:
    """What both load."""
    if name not in _FILES:
        raise HTTPException(404)
    return answer(request, _FILES[name])
