"""The page and the reference: files of `api/web`, read once when the process starts.

`/` and each view below it, the reference at `/docs`, and `/web/<file>` for every file of both; not
part of the API's document.
"""

from pathlib import Path
from typing import Final
from urllib.parse import quote

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from api.documents.card.tags import tags
from api.http.access.door import open_to_all
from api.http.answers.encoding import Document, answer, ready
from api.http.answers.errors import ProblemError
from api.http.answers.headers import inlined
from api.http.answers.prefix import origin, outside
from api.http.routes.incidents import card
from api.http.shapes import Router
from api.http.sources.sources import From, Sources
from coordinator.access.scopes import Scope
from coordinator.store import TROUBLE

WEB: Final = Path(__file__).parents[2] / "web"
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    "": "text/plain; charset=utf-8",
}
_NO_CARD: Final[tuple[type[Exception], ...]] = (ProblemError, *TROUBLE)
_METHODS: Final = ["GET", "HEAD"]


def _read(path: Path) -> Document:
    """Icons may be kept for a day: the page must be able to change its icon when this server is
    gone.
    """
    keep = "max-age=86400" if path.suffix == ".svg" else "no-cache"
    return ready(inlined(path.read_bytes()), _TYPES[path.suffix], keep)


_FILES: Final = {
    path.relative_to(WEB).as_posix(): _read(path)
    for path in sorted(WEB.rglob("*"))
    if path.is_file() and path.suffix in _TYPES
}
_BELOW: Final = ready(
    _FILES["index.html"].body.replace(b'"./', b'"../'), _TYPES[".html"], "no-cache"
)
"""The page for an address one folder down: what it loads lies one folder up."""
router = Router(
    include_in_schema=False, dependencies=[open_to_all("files that come with the product")]
)


@router.api_route("/", methods=_METHODS, response_model=None)
async def index(request: Request) -> Response:
    """The page."""
    return answer(request, _FILES["index.html"])


@router.api_route("/incidents", methods=_METHODS, response_model=None)
@router.api_route("/operate", methods=_METHODS, response_model=None)
async def all_of_them(request: Request) -> Response:
    """The page, which shows all incidents, or what is operated, at this address."""
    return answer(request, _FILES["index.html"])


@router.api_route("/explore", methods=_METHODS, response_model=None)
async def explore(request: Request) -> Response:
    """The page, which shows looks by filters at this address."""
    return answer(request, _FILES["index.html"])


@router.api_route("/explore/replay", methods=_METHODS, response_model=None)
@router.api_route("/services/{id}", methods=_METHODS, response_model=None)
@router.api_route("/operate/{id}", methods=_METHODS, response_model=None)
async def one(request: Request) -> Response:
    """The page, which shows one service, or part of what is operated, at this
    address.
    """
    return answer(request, _BELOW)


@router.api_route("/incidents/{id}", methods=_METHODS, response_model=None)
async def incident(request: Request, sources: From, id: str) -> Response:  # noqa: A002 - the name in the path
    """The page, which shows one incident at this address; in its head stands what links to it show,
    where everybody may read it.
    """
    return answer(request, await _previewed(request, sources, id))


async def _previewed(request: Request, sources: Sources, identifier: str) -> Document:
    if Scope.READ not in request.app.state.unasked:
        return _BELOW
    try:
        found = await card(sources, identifier)
    except _NO_CARD:
        return _BELOW  # the page itself says what is wrong
    name, at = quote(identifier, safe=""), origin(request)
    head = tags(found, f"{at}/incidents/{name}", f"{at}/v1/incidents/{name}/picture.png")
    return ready(_BELOW.body.replace(b"<link ", head + b"<link ", 1), _TYPES[".html"], "no-cache")


@router.api_route("/docs", methods=_METHODS, response_model=None)
async def docs(request: Request) -> Response:
    """The reference."""
    return answer(request, _FILES["docs.html"])


@router.api_route("/sign-in", methods=_METHODS, response_model=None)
async def sign_in(request: Request) -> Response:
    """Where people sign in."""
    return answer(request, _FILES["sign-in.html"])


@router.get("/openapi.json", response_model=None)
async def openapi(request: Request) -> Response:
    """Where it is."""
    return RedirectResponse(outside(request, "/v1/openapi.json"), 308)


@router.api_route("/web/{name:path}", methods=_METHODS, response_model=None)
async def file(request: Request, name: str) -> Response:
    """What both load."""
    if name not in _FILES:
        raise HTTPException(404)
    return answer(request, _FILES[name])
