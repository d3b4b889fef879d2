"""Whether true answers can be given: one word, or what is wrong, for each thing they need. Pure."""

from typing import Final

from api.documents.picture.picture import Picture
from coordinator.runtime.liveness import ago, without_link, without_results
from worker.contract.instant import Instant, rfc3339

OK: Final = "ok"
CHECKS: Final = ("store", "schema", "coordinator", "broker", "results")


def readiness(picture: Picture, newest: Instant | None, now: Instant) -> dict[str, str]:
    """What a picture that could be read says; `newest` is when the last result was stored."""
    checks = dict.fromkeys(CHECKS, OK)
    checks["coordinator"] = _coordinator(picture, now)
    if checks["coordinator"] != OK:
        return checks  # what it told of the others was said too long ago
    interval_ms = min((check.interval_ms for check in picture.topology.checks), default=0)
    checks["broker"] = without_link(picture.coordinator) or OK
    checks["results"] = without_results(picture.coordinator, newest, interval_ms, now) or OK
    return checks


def _coordinator(picture: Picture, now: Instant) -> str:
    heard_at = picture.heard_at
    if heard_at is None:
        return "never heard"
    silence_ms = now - heard_at
    if silence_ms <= picture.silent_after_ms:
        return OK
    return f"silent for {ago(silence_ms)}, last heard {rfc3339(heard_at)}"
