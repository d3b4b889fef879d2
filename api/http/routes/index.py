"""The front door: which version answers, and what it can be asked."""

from fastapi import Request
from starlette.responses import Response

from api.documents.index import IndexView, index
from api.http.access.door import open_to_all
from api.http.access.table import table
from api.http.answers.encoding import answer, document
from api.http.answers.refusals import refused
from api.http.shapes import Router

router = Router(
    tags=["index"],
    dependencies=[open_to_all("it names addresses, and holds nothing of what is known")],
)


@router.get("/v1", operation_id="index", response_model=IndexView, responses=refused(422))
async def front_door(request: Request) -> Response:
    """The version, where the reference lies, and every address as a template (RFC 6570).

    Programs may start here and follow `links` by their `name`, which lasts as long as the address.
    """
    app = request.app
    deep = {line.operation: line.path for line in table(app) if line.operation and line.in_schema}
    return answer(request, document(index(app.openapi(), deep, app.state.prefix)))
