"""The standing orders of a worker: in memory, and in a file that survives its end, which nobody
else may read or write. What was signed is verified again whenever it is read.
"""

import json
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from worker.contract.instant import Instant
from worker.contract.standing.orders import StandingOrders

FILE: Final = "standing-orders.json"
MOST_BYTES: Final = 64 << 20
LONGEST_MS: Final = 7 * 86_400_000
AHEAD_MS: Final = 60_000
"""What was issued later than so long from now, nobody wrote who replaces it later."""
_OTHERS: Final = 0o077

log = logging.getLogger(f"outscope.{__name__}")

Authentic = Callable[[Any, Any], bool]
"""Whether the coordinator signed a message for this worker, be it too late by now."""


class RefusedError(ValueError):
    """Standing orders that are not obeyed; the sentence says why."""


class KeptOrders:
    """What stands for one worker of a region. Safe to use from several threads: what stands is
    replaced as a whole.
    """

    def __init__(self, folder: Path, region: str, worker: str, authentic: Authentic) -> None:
        self.folder = folder
        self._path = folder / FILE
        self._region, self._worker = region, worker
        self._authentic = authentic
        self._told: tuple[Any, Any] | None = None
        self.orders: StandingOrders | None = None
        """What stands; None when nothing does."""
        self.version = ""
        """What names their content."""

    def load(self) -> None:
        """Take what an earlier start kept, if it may be obeyed."""
        try:
            told = self._read()
            if told is not None:
                self._stand(told["message"], told.get("signed"))
        except (RefusedError, ValueError, LookupError, TypeError, AttributeError) as error:
            why = str(error) if isinstance(error, RefusedError) else "it is none, or was changed"
            log.warning(
                "standing_orders_refused file=%s error=%s; the coordinator sends others",
                self._path.name,
                why,
            )
            self.drop("refused")
        except OSError as error:
            log.warning("standing_orders_unreadable file=%s error=%s", self._path.name, error)

    def take(self, message: Any, signed: Any, now: Instant) -> None:
        """Let these stand, which came in and are signed as they should be. RefusedError says why
        they do not.
        """
        before = self.version
        issued_at = message.get("issued_at") if isinstance(message, dict) else None
        if isinstance(issued_at, int) and issued_at > now + AHEAD_MS:
            raise RefusedError("they are of a moment that is yet to come")
        self._stand(message, signed)
        try:
            self._write({"message": message, "signed": signed})
        except OSError as error:  # they stand all the same, until this process ends
            log.warning("standing_orders_not_kept error=%s", error.strerror or error)
        if self.orders is not None and before != self.version:
            log.info("standing_orders version=%s checks=%d", self.version, len(self.orders.checks))

    def drop(self, why: str) -> None:
        """Let nothing stand any more, here or after a restart."""
        if self.orders is not None:
            log.info("standing_orders_dropped because=%s", why)
        self.orders, self.version, self._told = None, "", None
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def verify(self) -> None:
        """Drop what no key signed that is pinned now."""
        if self._told is not None and not self._authentic(*self._told):
            self.drop("the key that signed them is pinned no more")

    def _stand(self, message: Any, signed: Any) -> None:
        try:
            orders = StandingOrders.model_validate(message)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise RefusedError(f"{where}: {first['msg']}") from None
        if (orders.region, orders.worker) != (self._region, self._worker):
            raise RefusedError("they are somebody else's")
        if orders.until - orders.issued_at > LONGEST_MS:
            raise RefusedError("they are good for longer than a week")
        if not self._authentic(message, signed):
            raise RefusedError("no key that is pinned here signed them as they are")
        if self.orders is not None and orders.issued_at < self.orders.issued_at:
            raise RefusedError("later ones stand")
        self.orders, self.version, self._told = orders, orders.version(), (message, signed)

    def _read(self) -> Any:
        try:
            with self._path.open("rb") as file:
                if os.fstat(file.fileno()).st_mode & _OTHERS:
                    raise RefusedError("others may read or write it")
                return json.loads(file.read(MOST_BYTES))
        except FileNotFoundError:
            return None

    def _write(self, told: Any) -> None:
        """Written under another name and renamed, so that it is whole or as it was."""
        draft = self._path.with_suffix(".tmp")
        draft.unlink(missing_ok=True)
        number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(number, "w", encoding="utf-8") as file:
                json.dump(told, file)
            draft.rename(self._path)
        except OSError:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise
