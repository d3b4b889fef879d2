"""Who asks."""

from collections.abc import Set
from dataclasses import dataclass

from coordinator.access.scopes import Scope
from coordinator.store.audit import Entry
from worker.contract.clock import now


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who was let in. `who` is shown to people and written down; it is never a secret."""

    who: str
    address: str
    scopes: Set[Scope]
    token: str | None = None
    """The id of the token that it showed."""
    session: str | None = None
    """The session of its browser."""

    def may(self, scope: Scope) -> bool:
        """Whether it was given this scope."""
        return scope in self.scopes

    def line(self, what: str, about: str, before: str = "", after: str = "") -> Entry:
        """What the audit log tells of something that it did just now."""
        return Entry(now(), self.who, what, about, self.address, before, after)
