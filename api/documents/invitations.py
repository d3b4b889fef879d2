"""Invitations of workers, as they are asked for, told and listed."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from api.documents.words import Time
from coordinator.store.joining.invitations import Invitation
from worker.contract.instant import rfc3339
from worker.contract.message import IDENTIFIER


class InvitationView(TypedDict):
    """An invitation that nobody used yet; never its token."""

    id: int
    region: str
    worker: Annotated[
        str | None, Field(description="whose key it renews; null when it lets in another worker")
    ]
    network: Annotated[str | None, Field(description="whence alone it is good (CIDR)")]
    made_at: Time
    expires_at: Time


class Invitations(TypedDict):
    """Those that can still be used, the oldest first."""

    items: list[InvitationView]
    api: Annotated[
        str | None,
        Field(
            description="where new machines reach the API (`OUTSCOPE_PUBLIC_URL`); null when that"
            " was not said",
            examples=["https://outscope.example.com"],
        ),
    ]


class Invited(TypedDict):
    """An invitation. Its token is told here and nowhere again: what is stored is its SHA-256."""

    line: Annotated[
        str,
        Field(
            description="what is to be run on the machine that joins",
            examples=["outscope-worker join https://outscope.example.com --token osj_..."],
        ),
    ]
    region: str
    expires_at: Time
    note: Annotated[str, Field(description="what is still missing for it; else empty")]


class InvitationAsked(BaseModel):
    """Whom to let in: a worker of a region, or with `worker` that one once more, by a new key."""

    model_config = ConfigDict(extra="forbid", strict=True)

    region: Annotated[str, Field(pattern=IDENTIFIER, examples=["eu-west"])]
    worker: Annotated[str | None, Field(pattern=IDENTIFIER)] = None
    expires: Annotated[
        str, Field(description="how long the token is good: 1s to 30d", max_length=40)
    ] = "1h"
    network: Annotated[
        str | None, Field(description="CIDR whence alone it is good", max_length=100)
    ] = None
    api: Annotated[
        str | None,
        Field(
            description="the API as the new machine reaches it; `OUTSCOPE_PUBLIC_URL`, else the"
            " address that this was asked at, when it is left out",
            max_length=400,
        ),
    ] = None


def invitation_view(invitation: Invitation) -> InvitationView:
    """One of them as a document."""
    return {
        "id": invitation.id,
        "region": invitation.region,
        "worker": invitation.worker,
        "network": invitation.network,
        "made_at": rfc3339(invitation.made_at),
        "expires_at": rfc3339(invitation.expires_at),
    }
