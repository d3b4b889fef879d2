"""Pages by key, not by offset: a page costs the same however deep it lies, and nothing is shown
twice.
"""

from base64 import b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from typing import Generic, TypeVar

from worker.contract.instant import Instant

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items, newest first, and the cursor of the next page; None after the last."""

    items: list[T]
    next: str | None


def cursor_of(at: Instant, identifier: str) -> str:
    """An opaque cursor that stands behind the item with this instant and id."""
    return urlsafe_b64encode(f"{at} {identifier}".encode()).decode().rstrip("=")


def position(cursor: str) -> tuple[Instant, str]:
    """The instant and id that a cursor stands behind; ValueError for a cursor that we did not
    make.
    """
    try:
        text = b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        at, identifier = text.split(" ")
        return int(at), identifier
    except (Base64Error, ValueError) as error:
        raise ValueError(f"cursor {cursor!r} is not one that this service gave out") from error
