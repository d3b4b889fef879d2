"""The page that a request asks for, and answers with its policy."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from api.http.answers.encoding import Document, answer
from api.http.answers.errors import ProblemError
from api.http.held import held
from api.http.publishing.board import Kept, PublicPages
from api.http.publishing.rendering import POLICY
from api.http.sources.sources import From


async def pages_of(request: Request, sources: From) -> PublicPages:
    """All pages, kept by the app."""
    linked = bool(request.app.state.public_url)
    return held(request, "public_pages", lambda: PublicPages(sources, linked=linked))


async def page_of(id: str, pages: Annotated[PublicPages, Depends(pages_of)]) -> Kept:  # noqa: A002 - the name in the path
    """The page of the address; a problem when there is none."""
    kept = await pages.current(id)
    if kept is None:
        raise ProblemError("not_found", "There is no status page at this address")
    return kept


Page = Annotated[Kept, Depends(page_of)]


def given(request: Request, found: Document, policy: str = POLICY) -> Response:
    """The answer, with a Content-Security-Policy of its own."""
    told = answer(request, found)
    told.headers["content-security-policy"] = policy
    return told
