from collections.abc import Mapping

import numpy as np
import pytest

from coordinator.domain.announcing.looks import FAILED, looks_told
from coordinator.domain.window.look import REASON_CODE, REASONS
from coordinator.domain.window.share import Counted, FailingShare
from worker.contract.instant import parse_rfc3339
from worker.contract.outcome import BLAME, Blame, Reason

SINCE, UNTIL = parse_rfc3339("2026-03-01T14:31:07Z"), parse_rfc3339("2026-03-01T14:41:01Z")
TIMEOUTS = {Reason.TIMEOUT: 12}


def say(
    reasons: Mapping[Reason, int], looks: int, *, slow: bool = False, older: bool = False
) -> str:
    by_reason = np.zeros((1, len(REASONS)), dtype=np.int64)
    for reason, count in reasons.items():
        by_reason[0, REASON_CODE[reason]] = count
    bad = sum(reasons.values())
    share = FailingShare(bad, looks, SINCE, UNTIL, older)
    counted = Counted(share, np.array([looks - bad]), np.array([bad]), by_reason)
    return looks_told(counted, slow=slow)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (say(TIMEOUTS, 12), "all 12 looks timed out"),
        (say({Reason.TIMEOUT: 1}, 1), "the only look timed out"),
        (say({Reason.TIMEOUT: 2}, 2), "both looks timed out"),
        (
            say({Reason.STATUS: 40, Reason.RESET: 8}, 48),
            "all 48 looks failed (40 status, 8 reset)",
        ),
        (
            say({Reason.STATUS: 24}, 198),
            "about 12 % of looks got an unexpected status (8 to 17 %), 24 of 198 since 14:31 UTC",
        ),
        (
            say({Reason.STATUS: 24}, 198, older=True),
            (
                "about 12 % of looks got an unexpected status (8 to 17 %), 24 of 198 in the last"
                " 10 minutes"
            ),
        ),
        (
            say({Reason.STATUS: 16, Reason.TIMEOUT: 8}, 198),
            (
                "about 12 % of looks failed (8 to 17 %), 24 of 198 since 14:31 UTC (16 status,"
                " 8 timeout)"
            ),
        ),
        (
            say({Reason.STATUS: 999}, 1000),
            (
                "about 99 % of looks got an unexpected status (99 to 100 %), 999 of 1000 since"
                " 14:31 UTC"
            ),
        ),
        (say({}, 20), "none of 20 looks failed since 14:31 UTC"),
        (say({}, 0), "no look tells how many fail"),
        (say({Reason.OK: 12}, 12, slow=True), "all 12 looks took much longer than normal"),
        (
            say({Reason.OK: 12}, 16, slow=True),
            (
                "about 75 % of looks took much longer than normal (51 to 90 %), 12 of 16 since"
                " 14:31 UTC"
            ),
        ),
    ],
)
def test_share_and_window_are_told_as_a_person_would(told: str, expected: str) -> None:
    assert told == expected


@pytest.mark.parametrize(
    "reason", [reason for reason in Reason if BLAME[reason] in (Blame.TARGET, Blame.PATH)]
)
def test_every_failure_that_counts_has_its_own_words(reason: Reason) -> None:
    assert say({reason: 12}, 12) == f"all 12 looks {FAILED[reason]}"


def test_one_reason_stands_for_all_from_nine_in_ten_on() -> None:
    assert say({Reason.TIMEOUT: 9, Reason.TLS: 1}, 10) == "all 10 looks timed out"
    assert say({Reason.TIMEOUT: 8, Reason.TLS: 2}, 10) == "all 10 looks failed (8 timeout, 2 tls)"
