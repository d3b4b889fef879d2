"""Workers that joined, and how each stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from coordinator.store.joining.keys import WorkerKey
from worker.contract.installed import own_version, skew
from worker.contract.instant import Instant, parse_rfc3339

HEARD_MS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Joined:
    """One worker that joined: its keys, and what was heard of it last."""

    keys: Sequence[WorkerKey]
    heard: Mapping[str, Any]
    at: Instant

    @property
    def region(self) -> str:
        """Whose worker it is."""
        return self.keys[-1].region

    @property
    def worker(self) -> str:
        """Its name."""
        return self.keys[-1].worker

    @property
    def about(self) -> str:
        """As the audit log calls it."""
        return f"{self.region}/{self.worker}"

    @property
    def live(self) -> list[WorkerKey]:
        """The keys that the broker takes."""
        return [key for key in self.keys if key.lets_in(self.at)]

    @property
    def leaves(self) -> bool:
        """Whether it is to finish and leave."""
        return any(key.draining_at is not None for key in self.live)

    @property
    def may_work(self) -> bool:
        """Whether it is let in and nobody told it to leave."""
        return any(key.draining_at is None for key in self.live)

    @property
    def state(self) -> str:
        """In one word or two."""
        if not self.live:
            return "revoked"
        if self.leaves:
            return "draining" if self.is_heard else "drained"
        if len(self.live) > 1:
            return "two keys"
        if self.skew and self.is_heard:
            return "other version"
        return "working" if self.is_heard else "not heard"

    @property
    def version(self) -> str:
        """That it told last; empty when it told none."""
        return str((self.heard.get("vitals") or {}).get("version", ""))

    @property
    def skew(self) -> str:
        """Why its version is too far from the one here; empty when it is not."""
        return skew(own_version(), self.version)

    @property
    def is_heard(self) -> bool:
        """Whether it was heard a moment ago."""
        told = self.heard.get("last_heard_at")
        return told is not None and self.at - parse_rfc3339(told) < HEARD_MS


def joined(
    keys: Iterable[WorkerKey], heard: Iterable[Mapping[str, Any]], at: Instant
) -> list[Joined]:
    """All of them, from the keys of the store (by region and worker) and whom it has heard."""
    last = {(one["region"], one["worker"]): one for one in heard}
    groups = groupby(keys, lambda key: (key.region, key.worker))
    return [Joined(list(own), last.get(name, {}), at) for name, own in groups]
