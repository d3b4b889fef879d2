"""Toys over HTTP."""

from fastapi import APIRouter
from starlette.responses import Response
from typing_extensions import TypedDict

from api.http.answers.encoding import JSON, encode

router = APIRouter(tags=["toys"])


class Toys(TypedDict):
    """What there is to play with."""

    items: list[str]


@router.get("/v1/toys", operation_id="listToys", response_model=Toys)
async def toys() -> Response:
    """Every toy that there is, in the order of their names."""
    return Response(encode({"items": ["ball", "kite"]}), media_type=JSON)
