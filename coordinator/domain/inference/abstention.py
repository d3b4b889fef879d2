"""Why a cell does not vote."""

from collections import Counter
from collections.abc import Sequence

from coordinator.domain.window.look import REASON_MASK, REASONS, Vote, at_of, vote_in
from coordinator.domain.window.series import Series
from worker.contract.instant import Instant
from worker.contract.outcome import Reason

OURS = {
    Reason.RATE_LIMITED: "our own request rate is limited",
    Reason.UNAUTHORIZED: "our own key is refused",
    Reason.BLOCKED: "every look was blocked",
    Reason.LATE: "our workers were late or their clocks wrong",
    Reason.INTERNAL: "our worker failed",
    Reason.DNS: "only our resolver failed",
}


def why(all_series: Sequence[Series], now: Instant) -> str:
    """Why a cell of these series does not vote, as most of its newest looks tell it."""
    whys: Counter[str] = Counter()
    for series in all_series:
        for code in series.since(now - series.fresh_ms):
            if vote_in(code) == Vote.ABSTAINS:
                whys[OURS.get(REASONS[code & REASON_MASK], "our own fault")] += 1
            elif vote_in(code) == Vote.BAD and at_of(code) <= now:
                whys["it fails, but nothing else answers our workers either"] += 1
    return whys.most_common(1)[0][0] if whys else "not heard"
