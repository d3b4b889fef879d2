"""To be told of what a status page shows: asking, saying yes, and no more. Plain forms, so that no
script is needed, and the same answer whether an address is known or not.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from secrets import token_hex
from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.responses import Response

from api.http.access.door import own_credential
from api.http.access.rates import Rates
from api.http.answers.errors import PROBLEMS, BusyError, ProblemError
from api.http.held import held
from api.http.parameters import caller
from api.http.publishing.asked import Page
from api.http.publishing.board import Kept
from api.http.publishing.forms import address_in, form_of
from api.http.publishing.rendering import HTML, POLICY, rendered
from api.http.shapes import Router
from api.http.sources.export_places import client_of
from api.http.sources.sources import From, Sources
from coordinator.access.links import CONFIRM, UNSUBSCRIBE, is_good, new_key, subject_of
from coordinator.domain.notifying.subscription import asking
from coordinator.store.notices.subscribers import MAIL, FullError, Subscriber
from worker.contract.clock import now

router = Router(
    include_in_schema=False,
    dependencies=[own_credential("link", "readers of a page have no token, but a signed link")],
)
PAGE: Final = "/status/{id}"
RATE: Final = "20/hour"
"""So often one address may ask, for whomever."""
_WRONG: Final = "This link is not good, or not any more. You can ask for another one."


@dataclass(frozen=True, slots=True)
class Talk:
    """A request, its page, and what is answered on it."""

    request: Request
    sources: Sources
    kept: Kept

    def said(self, what: str, status: int = 200, **told: str) -> Response:
        """A small page; nobody keeps it."""
        deep = self.request.url.path.count("/") - 3
        base = "/".join([".."] * deep) or "."
        places = {"base": base, "root": f"{base}/../..", "back": f"{base}/../{self.kept.page.id}"}
        given = {"what": what, "icon": "unknown", "token": "", "kind": "", "sentence": "", **told}
        body = rendered("told.html", self.kept.page, self.kept.files, **places, **given)
        headers = {"cache-control": "no-store", "content-security-policy": POLICY}
        return Response(body, status, headers, media_type=HTML)


async def _talk(request: Request, sources: From, kept: Page) -> Talk:
    return Talk(request, sources, kept)


Asked = Annotated[Talk, Depends(_talk)]


@router.post(PAGE + "/subscribe", response_model=None)
async def subscribe(talk: Asked) -> Response:
    """Have an address asked whether it wants to be told."""
    return await _worded(talk, partial(_ask, talk))


@router.get(PAGE + "/{purpose}/{token}", response_model=None)
async def look(talk: Asked, purpose: str, token: str) -> Response:
    """What a link is for, and a button: programs that only look at links do nothing by it."""
    return await _worded(talk, partial(_look, talk, purpose, token))


@router.post(PAGE + "/confirm/{token}", response_model=None)
async def confirm(talk: Asked, token: str) -> Response:
    """Be told from now on. A repeat changes nothing."""
    return await _worded(talk, partial(_confirm, talk, token))


@router.post(PAGE + "/unsubscribe/{token}", response_model=None)
async def unsubscribe(talk: Asked, token: str) -> Response:
    """Be told no more; mail programs do this by one click (RFC 8058)."""
    return await _worded(talk, partial(_leave, talk, token))


async def _ask(talk: Talk) -> Response:
    page, at = talk.kept.page, now()
    if not (page.tells and talk.request.app.state.public_url):
        raise ProblemError("not_found", "This status page tells nobody")
    _rates(talk.request).take(client_of(caller(talk.request)))
    kind, address = address_in(await form_of(talk.request))
    if not (page.mail if kind == MAIL else page.webhooks):
        raise ProblemError("not_found", f"This status page tells nobody by {kind}")
    new = Subscriber(token_hex(8), page.id, kind, address, new_key(), at)
    say = partial(asking, page=page.id, title=page.title, at=at)
    try:
        await talk.sources.store.subscribers.ask(new, page.most, say)
    except FullError:
        sentence = "No more can be told at the moment; ask again tomorrow, or follow the feed"
        raise BusyError("too_many_requests", sentence, 3_600) from None
    return talk.said(f"asked_{kind}", 202)


async def _look(talk: Talk, purpose: str, token: str) -> Response:
    if purpose not in (CONFIRM, UNSUBSCRIBE):
        raise ProblemError("not_found", "There is nothing at this address")
    found = await _whose(talk, purpose, token)
    return talk.said(purpose, token=token, kind=found.kind)


async def _confirm(talk: Talk, token: str) -> Response:
    found = await _whose(talk, CONFIRM, token)
    await talk.sources.store.subscribers.confirm(found.id, now())
    return talk.said("confirmed")


async def _leave(talk: Talk, token: str) -> Response:
    found = await _whose(talk, UNSUBSCRIBE, token)
    await talk.sources.store.subscribers.remove(found, now())
    return talk.said("gone")


async def _whose(talk: Talk, purpose: str, token: str) -> Subscriber:
    """Whose link it is; the same problem for one that is forged, too old, or of nobody."""
    found = await talk.sources.store.subscribers.find(talk.kept.page.id, subject_of(token))
    if found is None or not is_good(token, found.secret, purpose, now()):
        raise ProblemError("token_expired", _WRONG)
    return found


def _rates(request: Request) -> Rates:
    return held(request, "subscribing_rates", partial(Rates, RATE))


async def _worded(talk: Talk, answers: Callable[[], Awaitable[Response]]) -> Response:
    """What it answers; a problem as a page for people."""
    try:
        return await answers()
    except ProblemError as error:
        given = talk.said("wrong", PROBLEMS[error.code].status, sentence=error.detail)
        given.headers.update(error.headers)
        return given
