"""What looks came to, in the words of a person: how many failed, since when, and how."""

from datetime import UTC, datetime

from coordinator.domain.window.share import Counted, FailingShare
from worker.contract.outcome import Reason

FAILED = {
    Reason.DNS: "found no address",
    Reason.REFUSED: "were refused",
    Reason.UNREACHABLE: "could not reach it",
    Reason.TIMEOUT: "timed out",
    Reason.RESET: "were cut off",
    Reason.TLS: "failed in TLS",
    Reason.STATUS: "got an unexpected status",
    Reason.CONTENT: "got unexpected content",
    Reason.SLOW: "were too slow",
    Reason.PROTOCOL: "got a broken answer",
}
MOSTLY = 0.9
"""From this share on, one reason stands for all."""
SLOW = "took much longer than normal"
MINUTE_MS = 60_000


def looks_told(counted: Counted, *, slow: bool) -> str:
    """`all 48 looks timed out`, or `about 12 % of looks failed (9 to 16 %), 24 of 198 since 14:31
    UTC (16 timeout, 8 status)`.
    """
    share = counted.share
    did, reasons = (SLOW, "") if slow else _how(counted)
    if not share.looks:
        return "no look tells how many fail"
    if not share.bad:
        return f"none of {share.looks} looks failed {_when(share)}"
    if share.bad == share.looks:
        return f"{_all(share.looks)} {did}{reasons}"
    part = f"{_percent(share.estimate)} % of looks {did}"
    return (
        f"about {part} ({round(100 * share.low)} to {round(100 * share.high)} %),"
        f" {share.bad} of {share.looks} {_when(share)}{reasons}"
    )


def _how(counted: Counted) -> tuple[str, str]:
    """What the bad looks did, and the reasons, when there is more than one worth telling."""
    ranked = sorted(counted.reasons.items(), key=lambda item: (-item[1], item[0]))
    if ranked and ranked[0][1] >= MOSTLY * counted.share.bad and ranked[0][0] in FAILED:
        return FAILED[ranked[0][0]], ""
    return "failed", f" ({', '.join(f'{count} {reason}' for reason, count in ranked)})"


def _all(looks: int) -> str:
    return {1: "the only look", 2: "both looks"}.get(looks, f"all {looks} looks")


def _percent(share: float) -> int:
    """What is neither none nor all is never told as such."""
    return min(99, max(1, round(100 * share)))


def _when(share: FailingShare) -> str:
    """`since 14:31 UTC`; of what began before all looks that are weighed, how long they go back."""
    if share.older:
        minutes = max(1, round((share.until - share.since) / MINUTE_MS))
        return f"in the last {minutes} minutes" if minutes > 1 else "in the last minute"
    return f"since {datetime.fromtimestamp(share.since / 1000, UTC):%H:%M} UTC"
