"""The shape of an error, RFC 9457."""

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict


class Mistake(TypedDict):
    """One thing that is wrong with a request."""

    parameter: str
    message: str


class Problem(TypedDict):
    """Why a request was not served. `code` is stable; titles and details may be reworded."""

    type: Annotated[str, Field(examples=["urn:outscope:problem:bad_cursor"])]
    title: str
    status: int
    detail: str
    instance: Annotated[str, Field(description="the path that was asked for")]
    code: Annotated[str, Field(examples=["bad_cursor"])]
    errors: NotRequired[list[Mistake]]
