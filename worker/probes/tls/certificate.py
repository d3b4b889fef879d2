"""What certificates say of themselves, in OpenSSL's words: whose they are, who signed them, when
they end.
"""

import ssl
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from worker.contract.instant import Instant, rfc3339

NAMELESS: Final = "no name at all (a common name does not count without common_name: true)"
DAY_MS: Final = 86_400_000
_MOST: Final = 10
"""Certificates of one chain that are told; a server may send any number."""


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


def too_soon(expires: Instant, min_days: float, now: Instant) -> str | None:
    """Why a certificate that ends then ends too soon; None when it does not."""
    days = days_left(expires, now)
    return (
        f"the certificate ends in {days:g} days, sooner than {min_days:g}"
        if days < min_days
        else None
    )


def sent_chain(tls: ssl.SSLObject) -> list[dict[str, Any]]:
    """The certificates as the server sent them, its own first, each as `ssl.getpeercert` describes
    one.
    """
    return _described(tls, "get_unverified_chain")


def believed_chain(tls: ssl.SSLObject) -> list[dict[str, Any]]:
    """The certificates from the server's own up to the authority that we trust."""
    return _described(tls, "get_verified_chain")


def told(certificate: Mapping[str, Any]) -> dict[str, str | None]:
    """One certificate for people: subject, issuer and end."""
    expires = expires_at(str(certificate.get("notAfter", "")))
    return {
        "subject": name_of(certificate, "subject"),
        "issuer": name_of(certificate, "issuer"),
        "expires_at": None if expires is None else rfc3339(expires),
    }


def name_of(certificate: Mapping[str, Any], whose: str) -> str | None:
    """The common name of the subject or the issuer, else the organization, else the first name for
    which it is.
    """
    names = {key: value for part in certificate.get(whose, ()) for key, value in part}
    name = names.get("commonName") or names.get("organizationName")
    if name is None and whose == "subject":
        name = next(iter(names_of(certificate)), None)
    return None if name is None else str(name)[:200]


def names_of(certificate: Mapping[str, Any]) -> list[str]:
    """The host names and addresses that a certificate is for."""
    return [
        str(value)[:200]
        for kind, value in certificate.get("subjectAltName", ())
        if kind in ("DNS", "IP Address")
    ]


def _described(tls: ssl.SSLObject, which: str) -> list[dict[str, Any]]:
    # Python 3.13 made these methods public, but only for bytes that would need another parser
    chain = getattr(tls._sslobj, which)() or ()  # type: ignore[attr-defined]  # noqa: SLF001
    return [certificate.get_info() for certificate in chain[:_MOST]]
