"""What did not arrive: reports that were set aside, and messages and what became of them."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.words import Next, Time


class DeadLetterView(TypedDict):
    """A report, or a part of one, that could not be taken in."""

    id: str
    region: str
    task: Annotated[str, Field(description="what it asked for; empty when it is no message")]
    reason: Annotated[str, Field(description="why it was refused, in one word")]
    example: Annotated[str, Field(description="the same in a sentence, with what was wrong")]
    size: Annotated[int, Field(description="its bytes")]
    count: Annotated[int, Field(description="how often the same one came")]
    first_at: Time
    last_at: Time
    again: Annotated[bool, Field(description="it is going to be read again")]


class DeadLetters(TypedDict):
    """All that is set aside, the latest first; at most a thousand are kept."""

    items: list[DeadLetterView]


class WholeDeadLetter(DeadLetterView):
    """One of them with its message."""

    body: Annotated[
        str, Field(description="its beginning as text; what is no UTF-8 is written as `\\xff`")
    ]


class NoticeView(TypedDict):
    """A message of `notify` for one channel, and what became of it."""

    id: int
    rule: str
    channel: str
    kind: str
    state: Literal["due", "sent", "given_up"]
    tries: int
    why: Annotated[str, Field(description="why it did not arrive at the last try; else empty")]
    incident: str | None
    at: Time
    next_at: Annotated[Time | None, Field(description="when it is tried next")]
    done_at: Time | None
    title: str
    text: str


class Notices(TypedDict):
    """A page of messages, the newest first, and the cursor of the next one."""

    items: list[NoticeView]
    next: Next
