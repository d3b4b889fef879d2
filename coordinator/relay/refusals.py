"""What a relay does not do, each with a stable code and a sentence that says what to do."""

from typing import Final


class RelayError(Exception):
    """A request that is not served. `code` is stable; `again_s` is when it may be tried again."""

    def __init__(self, code: str, sentence: str, again_s: int = 0) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.again_s = again_s


NOT_KNOWN: Final = (
    "this key is not known here: the worker was revoked or removed, or its key replaced; join again"
    " with a new token (outscope worker invite)"
)


def key_refused(sentence: str = NOT_KNOWN) -> RelayError:
    """Who asks is nobody we let in."""
    return RelayError("key_refused", sentence)


def broker_away() -> RelayError:
    """The broker does not answer the relay."""
    return RelayError(
        "broker_away", "the broker cannot be reached from the relay at the moment; try again", 1
    )


def broker_full() -> RelayError:
    """The broker takes no more."""
    return RelayError("broker_full", "the broker has no room at the moment; try again later", 5)


def not_yet() -> RelayError:
    """The key is good, and the broker does not know it yet."""
    return RelayError(
        "broker_away", "the broker does not know this key yet, as after a restart; try again", 1
    )


def too_fast(wait_s: float) -> RelayError:
    """More than one worker's share."""
    again_s = int(wait_s) + 1
    return RelayError(
        "too_fast",
        f"this worker sends more than its share; try again in {again_s} s",
        again_s,
    )


def too_large(what: str) -> RelayError:
    """Longer than anything that a worker has to say."""
    return RelayError("too_large", what)


def malformed(what: str) -> RelayError:
    """Not what a worker says."""
    return RelayError(
        "invalid_parameter", f"{what}; use outscope-worker of the version that runs here"
    )
