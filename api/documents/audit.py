"""The audit log."""

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from coordinator.store.audit import Entry
from worker.contract.instant import rfc3339

Audited = TypedDict(
    "Audited",
    {
        "number": Annotated[int, Field(description="rises with each line; gaps are no lines")],
        "at": str,
        "who": Annotated[
            str, Field(description="a token with its id, a person, a user of the machine")
        ],
        "what": Annotated[str, Field(examples=["token created"])],
        "about": str,
        "from": Annotated[str, Field(description="the address, or the machine")],
        "before_digest": Annotated[
            str,
            Field(description="SHA-256 of what was replaced, as sorted JSON; or empty"),
        ],
        "after_digest": Annotated[str, Field(description="and of what took its place")],
    },
)
Audited.__doc__ = "One line: who did what to whom, when, and from where."


class AuditPage(TypedDict):
    """Lines, the newest first."""

    items: list[Audited]
    next: Annotated[str | None, Field(description="`cursor` of the next page; null after the last")]


def audited(number: int, entry: Entry) -> dict[str, Any]:
    """One line as a document."""
    return {
        "number": number,
        "at": rfc3339(entry.at),
        "who": entry.who,
        "what": entry.what,
        "about": entry.about,
        "from": entry.source,
        "before_digest": entry.before_digest,
        "after_digest": entry.after_digest,
    }
