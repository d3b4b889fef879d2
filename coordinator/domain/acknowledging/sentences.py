"""What a row says, in one sentence for people."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from coordinator.domain.acknowledging.acknowledgement import State
from worker.contract.wording import enumerated

_ALONE: Final = {
    State.NOTHING_YET: "The vendor has said nothing of it so far.",
    State.NEVER: "The vendor never said anything of it.",
    State.NOT_HEARD: "The vendor's page could not be read, so what it says is not known.",
    State.VOID: "The vendor's word and what we saw no longer belong together: one was edited.",
}
_MINUTE_MS: Final = 60_000


def sentence(document: Mapping[str, Any]) -> str:
    """The sentence on a row, by its document."""
    state = State(document["state"])
    if state in _ALONE:
        return _ALONE[state]
    return f"{''.join(_said(document, state))}."


def _said(document: Mapping[str, Any], state: State) -> Iterator[str]:
    vendor, since = document["vendor"], _clock(_since(document))
    if vendor["gone_by"]:
        yield f"The vendor said so since {since}, and took it away"
        return
    if state is State.UNSEEN:
        yield f"The vendor says since {since} what we did not see"
    else:
        yield f"The vendor says so since {since} ({_late(document['lag']['best_ms'])})"
        missing = document["reach"]["components_missing"]
        if missing:
            yield f", but not of {enumerated(missing)}"
    yield f"; its state: {vendor['status'] or 'none'}"


def _since(document: Mapping[str, Any]) -> str:
    """When it was published, where that can be; else when it was first read."""
    published, after, by = (document[name] for name in ("published_at", "seen_after", "seen_by"))
    inside = published and published <= by and (not after or after <= published)
    return str(published if inside else by)


def _late(amount_ms: int) -> str:
    minutes = round(abs(amount_ms) / _MINUTE_MS)
    length = f"{minutes} min" if minutes else f"{abs(amount_ms) // 1000} s"
    return f"{length} {'before' if amount_ms < 0 else 'after'} we saw it begin"


def _clock(text: str) -> str:
    return f"{text[:16].replace('T', ' ')} UTC"
