"""What a process reads again when it is told to, and how the new takes the place of the old.

Of each thing: a name, how to read it, and how to use it. Only what differs from what is in use is
taken. What cannot be read or used leaves the old one in use.
"""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import Any, Final, TypeVar

from worker.contract.settings.address import AddressError, from_environment

log = logging.getLogger(f"outscope.{__name__}")

T = TypeVar("T")


class ReloadError(ValueError):
    """A new value that is not taken; the sentence says why, without the value."""


class _Reloadable:
    def __init__(
        self, name: str, now: Any, read: Callable[[], Any], take: Callable[[Any], None]
    ) -> None:
        self.name = name
        self._in_use = now
        self._read = read
        self._take = take

    def renewed(self) -> bool:
        """Whether another value is in use now."""
        new = self._read()
        if new == self._in_use:
            return False
        self._take(new)
        self._in_use = new
        return True


class Reloads:
    """Everything that a process reloads, in the order in which it was added. `done` is called after
    each time.
    """

    def __init__(self, done: Callable[[], None] = lambda: None) -> None:
        self._things: list[_Reloadable] = []
        self._done = done
        self._alone = Lock()
        self._reloaded = False

    def add(self, name: str, now: T, read: Callable[[], T], take: Callable[[T], None]) -> None:
        """Reload what is called so. `now` is in use; `read` and `take` may raise ValueError or
        OSError, whose words go to the log.
        """
        self._things.append(_Reloadable(name, now, read, take))

    def catch_up(self) -> None:
        """Reload once more, if that was done before the last things were added."""
        if self._reloaded:
            self.reload()

    def reload(self) -> None:
        """Do it once; never raises."""
        with self._alone:
            self._reload()

    def _reload(self) -> None:
        self._reloaded = True
        changed, kept = [], []
        for thing in list(self._things):
            try:
                if thing.renewed():
                    changed.append(thing.name)
            except Exception as error:  # the boundary: what is in use goes on being used
                kept.append(thing.name)
                log.warning(
                    "not_reloaded setting=%s its old value stays in use: %s",
                    thing.name,
                    told(error),
                )
        log.info("reloaded changed=%s kept=%s", ",".join(changed) or "-", ",".join(kept) or "-")
        self._done()


_TOLD: Final = (ValueError, OSError)


def told(error: Exception) -> str:
    """The words of an error that are fit for a log; of one that nobody thought of, its name."""
    return str(error) if isinstance(error, _TOLD) else type(error).__name__


def prefer(new: T, old: T, trouble: Callable[[T], str]) -> None:
    """ReloadError when the new one does not work while the old one does. `trouble` says what is
    wrong with one, in words without secrets; nothing when it works.
    """
    wrong = trouble(new)
    if wrong and not trouble(old):
        raise ReloadError(wrong)


def told_in(name: str, environ: Mapping[str, str]) -> str:
    """The variable by which a setting is told: the one that names a file, when that is set."""
    return f"{name}_FILE" if environ.get(f"{name}_FILE") else name


def secret(name: str, environ: Mapping[str, str]) -> str:
    """What a variable says, or the file that `<name>_FILE` names; ReloadError when that cannot be
    read, or is empty. Empty when neither is set.
    """
    try:
        text = from_environment(name, environ)
    except AddressError as error:
        raise ReloadError(str(error)) from None
    if not text and environ.get(f"{name}_FILE"):
        raise ReloadError(f"{name}_FILE names {environ[f'{name}_FILE']}, which is empty")
    return text


def touched(ready_file: Path | str | None) -> Callable[[], None]:
    """What touches the ready file again, so that whoever told us to reload sees that it is done."""

    def touch() -> None:
        if ready_file:
            Path(ready_file).touch()

    return touch
