"""Who a browser is signed in as."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict


class SessionView(TypedDict):
    """Who asks, and what it may do; and whether, and how, somebody can sign in."""

    who: str
    scopes: list[str]
    signed_in: Annotated[bool, Field(description="whether this browser has a session")]
    csrf: Annotated[
        str | None,
        Field(description="a session's writes carry it in the header `X-Outscope-CSRF`"),
    ]
    by_provider: Annotated[
        bool, Field(description="whether people sign in by OpenID Connect: /v1/session/begin")
    ]


class SignIn(BaseModel):
    """By what a browser signs in: a token, or the secret of a link that is good once."""

    model_config = ConfigDict(extra="forbid", strict=True)

    token: Annotated[str | None, Field(max_length=400)] = None
    link: Annotated[str | None, Field(max_length=400)] = None
