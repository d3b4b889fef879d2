"""By what receivers of messages know that these are ours."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict


class ChannelKeys(TypedDict):
    """The public keys of one channel, which signs each message by all of them."""

    channel: Annotated[
        str, Field(description="the rule's id, with `/2` and so on behind its first")
    ]
    rule: str
    keys: Annotated[
        list[str],
        Field(
            description="as Standard Webhooks writes them, the one to use first",
            examples=[["whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="]],
        ),
    ]


class SigningKeys(TypedDict):
    """Those of every channel that signs asymmetrically."""

    items: list[ChannelKeys]


def signing_keys(standing: Mapping[str, Mapping[str, Any]]) -> SigningKeys:
    """What the coordinator told of its channels."""
    return {
        "items": [
            {"channel": channel, "rule": told["rule"], "keys": told["keys"]}
            for channel, told in standing.items()
        ]
    }
