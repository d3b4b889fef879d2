"""What a relay tells workers, and what anybody may ask: from which address he is seen."""

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict


class Seen(TypedDict):
    """From where this request came, as far as the proxies that are trusted tell."""

    address: Annotated[str, Field(examples=["203.0.113.7"])]


class Relayed(TypedDict):
    """A message of one of the worker's queues: a Celery task."""

    task: Annotated[str, Field(examples=["outscope.look"])]
    expires: str | None
    said: Annotated[list[Any], Field(description="positional arguments, named ones, and the rest")]


class Orders(TypedDict):
    """What came for this worker; nothing when the wait was over. A batch that is not acknowledged
    with the next question is told again.
    """

    batch: Annotated[str, Field(description="to be acknowledged with the next question")]
    messages: list[Relayed]


class Taken(TypedDict):
    """How many reports the broker has now. The coordinator's receipts come as messages."""

    taken: int
