"""TLS on a connection, and what its certificates and version must be like: the same for every kind
that encrypts.
"""

import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Literal

from pydantic import Field

from worker.contract.clock import now
from worker.contract.instant import rfc3339
from worker.contract.kind import Params
from worker.contract.outcome import Blame, Fault, Outcome, Reason
from worker.contract.target import plain_host
from worker.probes.look.vantage import Look
from worker.probes.network.alerts import ASKED, broke_off
from worker.probes.network.connection import connect
from worker.probes.network.stream import BROKEN, HANDSHAKE, Stream, broken
from worker.probes.tls import certificate
from worker.probes.tls.not_started import NotStarted

_OLD: Final = frozenset(
    {
        "UNSUPPORTED_PROTOCOL",
        "TLSV1_ALERT_PROTOCOL_VERSION",
        "NO_PROTOCOLS_AVAILABLE",
        "VERSION_TOO_LOW",
    }
)
_NOT_TLS: Final = frozenset(
    {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"}
)
# OpenSSL's codes of why a certificate is not believed, X509_V_ERR_...
_ENDED: Final = 10
_SIGNED_BY_ITSELF: Final = 18
_UNKNOWN_ROOT: Final = 19
_NO_ISSUER: Final = frozenset({2, 20, 21})
_OF_OTHERS: Final = frozenset({62, 64})
_NAMES: Final = 5
"""Names of one certificate that a sentence tells; it may have hundreds."""


COMMON_NAME: Final = (
    "Whether a certificate is accepted that has its host as its common name and no other names, as"
    " browsers no longer do."
)


class CertificateRules(Params):
    """What the certificate and the protocol must be like, beyond being valid."""

    min_days: float = Field(
        default=0, ge=0, description="Days that the certificate must still be valid."
    )
    min_version: Literal["1.2", "1.3"] = Field(
        default="1.2", description="Oldest version of TLS that is accepted."
    )
    common_name: bool = Field(default=False, description=COMMON_NAME)


@dataclass(frozen=True, slots=True)
class Handshake:
    """How a handshake went: what was wrong, what `extra` tells of it, and OpenSSL's code of why it
    did not believe.
    """

    fault: Fault | None
    extra: dict[str, Any] = field(default_factory=dict)
    disbelief: int | None = None


async def encrypt(stream: Stream, name: str, rules: CertificateRules, look: Look) -> Handshake:
    """Shake hands for this name and judge what comes."""
    vantage = look.vantage
    context = vantage.tls_with_common_names if rules.common_name else vantage.tls
    try:
        await stream.encrypt(context, plain_host(name))
    except ssl.SSLCertVerificationError as error:
        return Handshake(not_believed(error.verify_message), disbelief=error.verify_code)
    except BROKEN as error:
        return Handshake(_unmet(error, stream) or _fault(error, look))
    assert stream.tls is not None  # noqa: S101 - the handshake ended well
    protocol, chain = stream.tls.version() or "", certificate.sent_chain(stream.tls)
    look.step(f"TLS established: {protocol}")
    extra = {"protocol": protocol, **told(chain)}
    if protocol == "TLSv1.2" and rules.min_version == "1.3":
        fault = (
            Reason.TLS,
            Blame.TARGET,
            "the target speaks TLS 1.2 and nothing newer, and 1.3 is asked for",
        )
        return Handshake(fault, extra)
    return Handshake(_ending(stream.tls, rules), extra)


async def explained(
    made: Handshake,
    name: str,
    ip: str,
    port: int,
    look: Look,
    begin: Callable[[Stream], Awaitable[None]] | None = None,
) -> Handshake:
    """The handshake with more to tell, when it ended in disbelief; `begin` is what comes before
    TLS.

    OpenSSL shows no certificate that it does not believe, so another handshake, believing anything,
    reads them.
    """
    if made.disbelief is None:
        return made
    connected = await connect(ip, port, look)
    if isinstance(connected, Outcome):
        return made
    with closing(Stream(connected.sock, look)) as stream:
        try:
            if begin is not None:
                await begin(stream)
            await stream.encrypt(_believing(), plain_host(name))
        except (*BROKEN, NotStarted):
            return made
        chain = certificate.sent_chain(stream.tls) if stream.tls else []
    words = disbelief(chain, made.disbelief, name)
    return Handshake(made.fault if words is None else not_believed(words), told(chain))


@lru_cache(maxsize=1)
def _believing() -> ssl.SSLContext:
    """A context that takes any certificate, to read what it says; never to send anything."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def told(chain: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What `extra` says of the certificates that a server sends."""
    if not chain:
        return {}
    extra: dict[str, Any] = {
        "issuer": certificate.name_of(chain[0], "issuer"),
        "chain": [certificate.told(one) for one in chain],
    }
    expires = certificate.expires_at(str(chain[0].get("notAfter", "")))
    if expires is not None:
        days = certificate.days_left(expires, now())
        extra |= {"certificate_expires_at": rfc3339(expires), "certificate_days": days}
    return extra


def disbelief(chain: Sequence[dict[str, Any]], code: int, name: str) -> str | None:
    """Why certificates sent for this name are not believed, when they themselves say more than
    OpenSSL does.
    """
    if not chain:
        return None
    if code in _OF_OTHERS:
        names = certificate.names_of(chain[0])
        more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
        known = ", ".join(names[:_NAMES]) or certificate.NAMELESS
        return f"it is not for {name}, but for {known}{more}"
    subject, issuer = _named(chain[-1], "subject"), _named(chain[-1], "issuer")
    if code == _ENDED:
        return _ended(chain)
    sends = "no intermediate certificate" if len(chain) == 1 else f"{len(chain)} certificates"
    incomplete = (
        f"the chain is incomplete, or its authority is unknown here: the server sends {sends}, and"
        f" this worker does not have {issuer}, who signed {subject}"
    )
    told = {
        _SIGNED_BY_ITSELF: f"the certificate of {subject} is signed by itself and by no authority",
        _UNKNOWN_ROOT: (
            f"its chain ends at {subject}, an authority that this worker does not trust"
        ),
        **dict.fromkeys(_NO_ISSUER, incomplete),
    }
    return told.get(code)


def _ended(chain: Sequence[dict[str, Any]]) -> str | None:
    for one in chain:
        expires = certificate.expires_at(str(one.get("notAfter", "")))
        if expires is not None and expires < now():
            return (
                f"the certificate of {_named(one, 'subject')} has expired on"
                f" {rfc3339(expires)[:10]}"
            )
    return None


def _named(one: dict[str, Any], whose: str) -> str:
    return (certificate.name_of(one, whose) or "one without a name")[:80]


def not_believed(words: str) -> Fault:
    """The fault of a certificate that is not valid, with these words for why."""
    return Reason.TLS, Blame.TARGET, f"the certificate is not valid: {words}"


def _ending(tls: ssl.SSLObject, rules: CertificateRules) -> Fault | None:
    """Any certificate of the chain may be the first to end; the authority's own, the last, is the
    worker's business.
    """
    if not rules.min_days:
        return None
    chain = certificate.believed_chain(tls)
    ends = [certificate.expires_at(str(one.get("notAfter", ""))) for one in chain[:-1] or chain]
    soonest = min((end for end in ends if end is not None), default=None)
    sentence = None if soonest is None else certificate.too_soon(soonest, rules.min_days, now())
    return None if sentence is None else (Reason.TLS, Blame.TARGET, sentence)


def _unmet(error: Exception, stream: Stream) -> Fault | None:
    """The fault of a target that asked for a client certificate, and broke off when it got none."""
    silently = isinstance(error, ConnectionError | ssl.SSLEOFError)
    ended = silently or broke_off(getattr(error, "reason", None) or "")
    return ASKED if ended and stream.asked_for_certificate else None


def _fault(error: Exception, look: Look) -> Fault:
    if isinstance(error, ssl.SSLError) and error.reason in _OLD:
        return (
            Reason.TLS,
            Blame.TARGET,
            "the target speaks no version of TLS that is still safe: 1.2 or newer",
        )
    if isinstance(error, ssl.SSLError) and error.reason in _NOT_TLS:
        return (
            Reason.TLS,
            Blame.TARGET,
            "the TLS handshake failed: what the target answers is not TLS",
        )
    return broken(error, look, HANDSHAKE)
