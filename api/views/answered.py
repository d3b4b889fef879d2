"""From where a service was answered."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from api.views.words import Time


class AnsweredGroup(TypedDict):
    """Looks of one region that were answered from the same place."""

    region: str
    country: Annotated[str | None, Field(description="where GeoIP places the address that answered")]
    asn: Annotated[int | None, Field(description="network of the address that answered")]
    edge: Annotated[str | None, Field(description="the edge location that the answer named, such as an airport's code")]
    looks: int
    failed: Annotated[int, Field(description="looks that count against the target")]


class AnsweredFrom(TypedDict):
    """Which places answered each region lately: what regions that fail together may have in common."""

    service: str
    since: Time
    groups: list[AnsweredGroup]
