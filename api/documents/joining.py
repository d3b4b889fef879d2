"""What a worker that joins is told."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict


class Joined(TypedDict):
    """Whose worker it is from now on, and whom it meets where. Its secret only it knows."""

    region: Annotated[str, Field(examples=["eu-west"])]
    worker: Annotated[str, Field(examples=["eu-west-k7pq"])]
    user: Annotated[str, Field(description="its user at the broker")]
    broker: Annotated[
        str,
        Field(
            description="the broker's URL, without user and password",
            examples=["rediss://broker.example.com:6379/0"],
        ),
    ]
    broker_ca: Annotated[
        str, Field(description="certificates of the broker's authority (PEM); empty: public ones")
    ]
    relay: Annotated[
        str,
        Field(
            description="where a relay is, for workers that do not reach the broker: `here`, a URL,"
            " or nothing"
        ),
    ]
    coordinator_key: Annotated[
        str, Field(description="the public key of the coordinator, whom alone it obeys")
    ]
