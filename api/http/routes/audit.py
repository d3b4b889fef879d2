"""The audit log: every write, by whomever."""

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from api.documents.audit import AuditPage, audited
from api.http.access.door import requires
from api.http.answers.cursors import checked
from api.http.answers.pages import page
from api.http.answers.refusals import FILTERED
from api.http.parameters import Cursor, Limit, TimeFilter, instant
from api.http.shapes import Router
from api.http.sources.sources import From
from coordinator.access.scopes import Scope
from coordinator.store.paging import cursor_of, position

router = Router(tags=["access"], dependencies=[requires(Scope.OPERATE)])

About = Annotated[
    str | None,
    Query(
        description="only lines about this: a region, a worker, the id of a token", max_length=100
    ),
]


@router.get("/v1/audit", operation_id="listAudit", response_model=AuditPage, responses=FILTERED)
async def audit(
    request: Request,
    sources: From,
    about: About = None,
    since: TimeFilter = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Who did what, when and from where, the newest first: every write by the API, by a command or
    by a worker that joins, and who was refused. The last 300,000 lines are kept.
    """
    behind = checked(request, cursor, numbered=True)
    before = None if behind is None else int(position(behind)[1])
    found = await sources.store.audit.latest(limit + 1, about, instant("since", since) or 0, before)
    shown = [audited(*one) for one in found[:limit]]
    more = len(found) > limit
    following = cursor_of(found[limit - 1][1].at, str(found[limit - 1][0])) if more else None
    return page(request, shown, following)
