"""An answer with a page of items, and the link to the next one."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request
from starlette.responses import Response

from api.http.answers.cursors import bound
from api.http.answers.encoding import JSON, encode
from api.http.answers.prefix import outside


def page(request: Request, items: Sequence[Any], following: str | None) -> Response:
    """The items and the cursor behind them, with `Link: rel=next` (RFC 8288) while there is
    more.
    """
    following = bound(request, following)
    headers = {"cache-control": "no-store"}
    if following is not None:
        address = request.url.include_query_params(cursor=following)
        path = outside(request, address.path)
        headers["link"] = f'<{path}?{address.query}>; rel="next"'
    return Response(encode({"items": items, "next": following}), media_type=JSON, headers=headers)
