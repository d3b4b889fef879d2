"""What a machine may look at itself, to find out whether it is alone with what it sees."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.handed_out import HandedOut
from api.documents.here import NearRegion
from api.documents.located import FleetHere


class OwnLooks(TypedDict):
    """Looks at a service and at references, and what the fleet sees near the caller."""

    service: str
    name: str
    country: Annotated[
        str | None, Field(description="the caller's, ISO 3166; null when it is not known")
    ]
    near: list[NearRegion]
    looks: list[HandedOut]
    references: Annotated[
        list[HandedOut],
        Field(description="what tells a sick machine or network from a sick service"),
    ]
    fleet: FleetHere
