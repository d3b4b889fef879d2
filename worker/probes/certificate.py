"""When a certificate ends, out of OpenSSL's own date text."""

import ssl
from functools import lru_cache
from typing import Final

from worker.contract.instant import Instant

DAY_MS: Final = 86_400_000


@lru_cache(maxsize=4096)
def expires_at(text: str) -> Instant | None:
    """The moment that text such as `Jun  1 12:00:00 2027 GMT` means; None when it means none."""
    try:
        return ssl.cert_time_to_seconds(text) * 1000
    except ValueError:
        return None


def days_left(expires: Instant, now: Instant) -> float:
    """Days from now until then, negative when it is over; to a hundredth."""
    return round((expires - now) / DAY_MS, 2)
