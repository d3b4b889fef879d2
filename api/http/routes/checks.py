"""Checks: what is looked at, how often, and when next from where."""

from fastapi import Request
from starlette.responses import Response

from api.documents.checks import Checks, check_views, key_of
from api.http.access.door import requires
from api.http.answers.cursors import checked
from api.http.answers.pages import page
from api.http.answers.refusals import FILTERED
from api.http.parameters import Cursor, IdFilter, Limit
from api.http.shapes import Router
from api.http.sources.sources import From
from coordinator.access.scopes import Scope
from coordinator.store.paging import cursor_of, position
from worker.contract.clock import now

router = Router(tags=["fleet"], dependencies=[requires(Scope.READ)])


@router.get("/v1/checks", operation_id="listChecks", response_model=Checks, responses=FILTERED)
async def checks(
    request: Request,
    sources: From,
    service: IdFilter = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Every check with its next regular looks, by service and id. When a check is due from a region
    is arithmetic on the clock, so these are exact; a look is made within a second of them.
    `POST /v1/looks` makes one at once.
    """
    picture = (await sources.snapshots.current()).picture
    behind = checked(request, cursor)
    after = "" if behind is None else position(behind)[1]
    asked = (one for one in picture.ordered.checks if service in (None, one.service))
    found = sorted((one for one in asked if key_of(one) > after), key=key_of)
    shown = check_views(found[:limit], picture, now())
    following = cursor_of(0, key_of(found[limit - 1])) if len(found) > limit else None
    return page(request, shown, following)
