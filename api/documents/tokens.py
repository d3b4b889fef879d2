"""Tokens of the API, as they are listed and made."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from coordinator.encoding import moment
from coordinator.store.access.tokens import AccessToken


class TokenView(TypedDict):
    """What is known of a token; never the token itself."""

    id: Annotated[str, Field(description="the part of the token between its first two `_`")]
    name: str
    scopes: list[str]
    networks: Annotated[list[str], Field(description="whence it is good; none is everywhere")]
    made_at: str
    made_by: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None
    uses: Annotated[int, Field(description="how often it was used")]
    addresses: Annotated[int, Field(description="from how many addresses it was used")]


class Tokens(TypedDict):
    """All tokens, the oldest first; those that ended are told for 90 days."""

    items: list[TokenView]


class TokenMade(TokenView):
    """A new token. `token` is told here and nowhere again: what is stored is its SHA-256."""

    token: Annotated[str, Field(examples=["os_Ab0..._..."])]


class TokenAsked(BaseModel):
    """What a token is to be. It gets no scope that its maker does not have."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(description="by which people know it", max_length=200)]
    scopes: Annotated[list[str], Field(examples=[["read"]], max_length=20)]
    expires: Annotated[
        str, Field(description="how long it is good: 1s to 3660d, or `never`", max_length=40)
    ] = "90d"
    networks: Annotated[list[str], Field(description="CIDR; none is everywhere", max_length=20)] = (
        Field(default_factory=list)
    )


def token_view(token: AccessToken) -> dict[str, Any]:
    """One token as a document."""
    return {
        "id": token.id,
        "name": token.name,
        "scopes": list(token.scopes),
        "networks": list(token.networks),
        "made_at": moment(token.made_at),
        "made_by": token.made_by,
        "expires_at": moment(token.expires_at),
        "revoked_at": moment(token.revoked_at),
        "last_used_at": moment(token.last_used_at),
        "uses": token.uses,
        "addresses": token.addresses,
    }
