"""Which phase was too slow, and whose fault that is."""

import pytest

from worker.contract.outcome import Blame, Reason
from worker.probes.kinds.http import HttpParams
from worker.probes.look.slow import SlowLimits, slow_fault

TOOK = {"dns": 10.0, "connect": 20.0, "tls": 30.0, "ttfb": 40.0, "body": 50.0, "total": 150.0}


@pytest.mark.parametrize(
    ("phase", "blame", "words"),
    [
        ("dns", Blame.RESOLVER, "resolving the name took 10 ms, more than 9 ms"),
        ("connect", Blame.PATH, "connecting took 20 ms, more than 19 ms"),
        ("tls", Blame.TARGET, "the TLS handshake took 30 ms, more than 29 ms"),
        ("ttfb", Blame.TARGET, "the first byte took 40 ms, more than 39 ms"),
        ("body", Blame.TARGET, "the rest of the answer took 50 ms, more than 49 ms"),
        ("total", Blame.TARGET, "the answer took 150 ms, more than 149 ms"),
    ],
)
def test_a_phase_beyond_its_limit_is_slow(phase: str, blame: Blame, words: str) -> None:
    limit = int(TOOK[phase])

    assert slow_fault(SlowLimits(**{phase: limit}), TOOK) is None
    assert slow_fault(SlowLimits(**{phase: limit - 1}), TOOK) == (Reason.SLOW, blame, words)


def test_a_phase_that_did_not_happen_is_not_slow() -> None:
    assert slow_fault(SlowLimits(dns=1, tls=1), {"dns": None, "total": 9.0}) is None


@pytest.mark.parametrize("wrong", [0, -1, {"ttfb": 0}, {"first": 1}, "fast"])
def test_limits_that_mean_nothing_are_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="slow_ms"):
        HttpParams.model_validate({"url": "http://example.org/", "slow_ms": wrong})
