"""Bodies of requests: bounded, and JSON of one shape; never longer in memory than may be."""

from typing import Final, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from api.http.answers.errors import ProblemError, wrong_body

Shape = TypeVar("Shape", bound=BaseModel)
MOST_BYTES: Final = 65_536
_SHOWN: Final = 5


async def read_body(request: Request, most: int = MOST_BYTES) -> bytes:
    """The body; `too_large` when it has more bytes, whatever it says of its length."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise ProblemError("too_large", f"this request has at most {most} bytes")
    return bytes(body)


async def json_body(request: Request, shape: type[Shape], most: int = MOST_BYTES) -> Shape:
    """The body as a value of this shape; a problem that names the parts that are wrong, and
    repeats nothing of them.
    """
    body = await read_body(request, most)
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        found = [
            (".".join(map(str, one["loc"]))[:80] or "body", str(one["msg"]))
            for one in error.errors(include_url=False, include_input=False)[:_SHOWN]
        ]
    problem = wrong_body(*found[0])
    problem.members["errors"] = [
        {"in": "body", "parameter": part, "message": message} for part, message in found
    ]
    raise problem
