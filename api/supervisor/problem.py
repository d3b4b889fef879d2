"""Why the product cannot start here, in a sentence that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from worker.contract.settings.machine import no_place


class CannotStartError(Exception):
    """The product was not started, and nothing was changed."""

    code = "cannot_start"


@contextmanager
def explained() -> Iterator[None]:
    """A disk that takes nothing is told as CannotStartError."""
    try:
        yield
    except OSError as error:
        said = no_place(error)
        if not said:
            raise
        raise CannotStartError(f"{said}; make room there, or give another --data.") from error
