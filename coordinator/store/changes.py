"""What changed since: numbers that rise with each change of a dataset, and cursors that go by them.

A transaction that changes a dataset first takes the next number, and holds it until it is
committed. So numbers are committed in their order, however many processes write: nothing with a
lower number appears behind what was read.

A reading without a cursor gives the whole dataset in the order of its keys, and ends with a cursor
behind which all changes lie that were made since it began. A reading behind that one gives what
changed, in the order of change, as it is now.
"""

from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeAlias

import orjson
from pydantic import Field, TypeAdapter

from coordinator.store.database import Database

INCIDENTS: Final = "incidents"
VERDICTS: Final = "verdicts"
ROLLUPS: Final = "rollups"
ACKNOWLEDGEMENTS: Final = "acknowledgements"
Number: TypeAlias = Annotated[int, Field(ge=-(2**63), lt=2**63)]
Text: TypeAlias = Annotated[str, Field(pattern=r"^[ -~]*$")]
"""What keys hold: a moment in milliseconds, or an id."""

Key: TypeAlias = tuple[Any, ...]
"""The values of a row's key, in order: moments in milliseconds, and ids."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a reading.

    `until` is up to which change it tells, None as long as it did not begin. `since` is behind
    which change it began, None where it gives the whole. `key` is that of the last row given, with
    its `change` where it goes by changes.
    """

    since: int | None = None
    until: int | None = None
    change: int = 0
    key: Key | None = None

    def begun(self, latest: int) -> "Place":
        """As it stands when the latest change is this one."""
        if self.until is not None:
            return self
        if self.since is not None and self.since > latest:
            raise ValueError(
                f"cursor is of a later state ({self.since}) than this database has ({latest}):"
                " it may have been restored from a backup; export all of it anew"
            )
        return Place(self.since, latest)

    def behind(self, key: Key, change: int) -> "Place":
        """Behind a row that was given."""
        return Place(self.since, self.until, change, key)

    def end(self) -> "Place":
        """Where the next reading begins when this one gave all that it had."""
        return Place(since=self.until or 0)

    def to_cursor(self) -> str:
        """As opaque text."""
        told = [self.since, self.until, self.change, self.key]
        return urlsafe_b64encode(orjson.dumps(told)).decode().rstrip("=")


def place_of(cursor: str | None, key: tuple[Any, ...]) -> Place:
    """The place that a cursor means, of a dataset with a key of such values (`Number` or `Text`);
    ValueError for one that is none of these.
    """
    if cursor is None:
        return Place()
    shape = tuple[Number | None, Number | None, Number, tuple[key] | None]  # type: ignore[valid-type]
    try:
        told = b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return Place(*TypeAdapter(shape).validate_json(told, strict=True))
    except ValueError as error:
        raise ValueError(
            f"cursor {cursor[:40]!r} is not one that this service gave out for this"
        ) from error


async def next_change(transaction: Database, dataset: str, count: int = 1) -> int:
    """The number of the change that a transaction makes, the last of so many; others that change
    the dataset wait for its end.
    """
    sql = "UPDATE change SET number = number + ? WHERE dataset = ? RETURNING number"
    return int((await transaction.fetch(sql, count, dataset))[0]["number"])


async def latest_change(database: Database, dataset: str) -> int:
    """The number of the latest change that was committed."""
    sql = "SELECT number FROM change WHERE dataset = ?"
    return int((await database.fetch(sql, dataset))[0]["number"])
