"""Recorded incidents of vendors, where the records are: the lag holds what the vendor states."""

from itertools import islice
from pathlib import Path

import pytest

from tests.benchmarks.recorded_words import Case, cases, joined

REAL = Path(__file__).resolve().parents[4].parent / "shared" / "data"
needs_records = pytest.mark.skipif(not REAL.is_dir(), reason="the records are not here")


def chosen() -> list[Case]:
    return [*islice(cases(REAL), 0, None, 9)] if REAL.is_dir() else []


@needs_records
@pytest.mark.parametrize("case", chosen(), ids=lambda case: case.title[:30])
def test_the_lag_of_a_recorded_incident_holds_what_its_vendor_states(case: Case) -> None:
    row = joined(case, 1_200_000)
    assert row is not None
    if row.lag is None:
        assert row.state == "never"
        return
    truth = min(case.changes) - case.began
    assert row.lag.least_ms is not None
    assert row.lag.most_ms is not None
    assert row.lag.least_ms <= truth <= row.lag.most_ms
    assert row.clocks is not None
    assert not row.clocks.backdated


@needs_records
def test_the_incident_of_an_ai_platform_has_each_of_its_wordings() -> None:
    (case,) = (one for one in cases(REAL) if one.vendor == "Claude")
    row = joined(case, 120_000)
    assert row is not None
    assert row.statement is not None
    told = [edit.words.status for edit in row.statement.edits if edit.words]
    assert told == [*dict.fromkeys(told)]
    assert told[-1] == "resolved"
