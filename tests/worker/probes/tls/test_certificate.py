"""OpenSSL's dates."""

import pytest

from worker.contract.instant import rfc3339
from worker.probes.tls.certificate import days_left, expires_at


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Jun  1 12:00:00 2027 GMT", "2027-06-01T12:00:00.000Z"),
        ("Dec 31 23:59:59 2049 GMT", "2049-12-31T23:59:59.000Z"),
    ],
)
def test_a_date_is_read(text: str, moment: str) -> None:
    instant = expires_at(text)

    assert instant is not None
    assert rfc3339(instant) == moment


def test_what_is_no_date_is_none() -> None:
    assert expires_at("") is None


def test_days_are_negative_when_it_is_over() -> None:
    assert days_left(0, 86_400_000) == -1.0
