"""How a TLS server tells that it wants a client certificate, or another one than ours. Pure.

Some say so in the alert with which they end the connection (RFC 8446, section 6.2), some only that
the handshake failed. Then it counts whether they asked for a certificate, which up to TLS 1.2 goes
in the clear (RFC 5246, section 7.4.4).
"""

import re
from collections.abc import Iterator
from typing import Final

from worker.contract.outcome import Blame, Fault, Reason

ASKED: Final[Fault] = (
    Reason.UNAUTHORIZED,
    Blame.PROBER,
    "the target wants a client certificate, and did not go on without one that it knows",
)
_OF_CERTIFICATES: Final = (
    "alert certificate required",
    "alert no certificate",
    "alert bad certificate",
    "alert unsupported certificate",
    "alert unknown ca",
    "alert certificate expired",
    "alert certificate revoked",
    "alert certificate unknown",
    "alert access denied",
)
_FAILED: Final = "alert handshake failure"
_BROKE_OFF: Final = re.compile(rf"{_FAILED}|unexpected eof|reset by peer|errno 104\b", re.I)
_HANDSHAKE, _CERTIFICATE_REQUEST = 22, 13
_RECORD, _MESSAGE = 5, 4


def wants_certificate(words: str, *, after_handshake: bool = False) -> Fault | None:
    """The fault when OpenSSL's words for an error tell of an alert against our certificate, or the
    lack of one. `after_handshake`: we were done with ours, so that nothing else can have failed.
    """
    said = words.lower().replace("_", " ")
    if any(alert in said for alert in _OF_CERTIFICATES):
        return (
            Reason.UNAUTHORIZED,
            Blame.PROBER,
            f"the target wants another client certificate: {words}",
        )
    return ASKED if after_handshake and _FAILED in said else None


def broke_off(words: str) -> bool:
    """Whether a target ended its handshake, and said no more than that it failed, or nothing."""
    return _BROKE_OFF.search(words.replace("_", " ")) is not None


def asks_for_certificate(heard: bytes) -> bool:
    """Whether what a server said in a handshake holds a CertificateRequest in the clear."""
    handshake = b"".join(_in_the_clear(heard))
    at = 0
    while at + _MESSAGE <= len(handshake):
        if handshake[at] == _CERTIFICATE_REQUEST:
            return True
        at += _MESSAGE + int.from_bytes(handshake[at + 1 : at + _MESSAGE])
    return False


def _in_the_clear(heard: bytes) -> Iterator[bytes]:
    """The handshake messages in the records before the first of another type."""
    at = 0
    while at + _RECORD <= len(heard) and heard[at] == _HANDSHAKE:
        end = at + _RECORD + int.from_bytes(heard[at + 3 : at + _RECORD])
        yield heard[at + _RECORD : end]
        at = end
