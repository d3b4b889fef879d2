"""The coordinator's keys that a worker pins: what they did not sign for this worker is refused."""

import heapq
from base64 import b64decode
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from worker.contract.instant import Instant
from worker.contract.message import Signature, signed_bytes

if TYPE_CHECKING:
    from nacl.signing import VerifyKey

_BYTES: Final = 32


class ForgedError(ValueError):
    """A message that the coordinator did not sign, for this worker and this moment."""


class PinnedKeys:
    """Judges what comes in. Any of the keys may have signed it: two are pinned while one replaces
    the other.
    """

    def __init__(self, keys: Sequence[bytes], queues: Sequence[str]) -> None:
        self._keys: tuple[VerifyKey, ...] = ()
        self.pin(keys)
        self._queues = frozenset(queues)
        self._seen: set[str] = set()
        self._ends: list[tuple[Instant, str]] = []

    def pin(self, keys: Sequence[bytes]) -> None:
        """Pin these and no others. From any thread."""
        from nacl.signing import VerifyKey  # late: a worker that pins no key needs no library

        self._keys = tuple(VerifyKey(key) for key in keys)

    def check(self, task: str, message: Any, signed: Any, at: Instant) -> None:
        """ForgedError says why this message must not be obeyed at this moment. One that may be is
        not good for a second time.
        """
        signature = self._authentic(task, message, signed)
        if signature.until < at:
            raise ForgedError("it was good until a moment that has passed")
        while self._ends and self._ends[0][0] < at:
            self._seen.discard(heapq.heappop(self._ends)[1])
        if signature.by in self._seen:
            raise ForgedError("it came before")
        self._seen.add(signature.by)
        heapq.heappush(self._ends, (signature.until, signature.by))

    def signed_once(self, task: str, message: Any, signed: Any) -> bool:
        """Whether the coordinator did sign this for this worker, be it too late by now."""
        try:
            self._authentic(task, message, signed)
        except ForgedError:
            return False
        return True

    def _authentic(self, task: str, message: Any, signed: Any) -> Signature:
        try:
            signature = Signature.model_validate(signed)
            raw = b64decode(signature.by, validate=True)
            said = signed_bytes(task, signature.to, signature.until, message)
        except (ValidationError, ValueError, TypeError, RecursionError):
            raise ForgedError("it is not signed") from None
        if signature.to not in self._queues:
            raise ForgedError("it was meant for somebody else")
        if not any(_verified(key, said, raw) for key in self._keys):
            raise ForgedError("no key that is pinned here signed it")
        return signature


def read_key(text: str) -> bytes:
    """The public key that a text means; ValueError when it means none."""
    key = b64decode(text.strip(), validate=True)
    if len(key) != _BYTES:
        raise ValueError(f"a key has {_BYTES} bytes")
    return key


def _verified(key: "VerifyKey", said: bytes, signature: bytes) -> bool:
    from nacl.exceptions import BadSignatureError

    try:
        key.verify(said, signature)
    except (BadSignatureError, ValueError, TypeError):
        return False
    return True
