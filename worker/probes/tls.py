"""A TLS server completes a handshake with a certificate that is valid for its name, and stays so for a while.

Works on any port that speaks TLS from the first byte. The certificate must come from an authority that this worker
trusts, be valid now, and match `server_name`. `min_days` asks for more: a certificate that ends sooner is a failure.
"""

import asyncio
import ssl
from typing import Any

from pydantic import Field

from worker.contract.clock import now
from worker.contract.instant import rfc3339
from worker.contract.kind import Kind, Params
from worker.contract.outcome import Blame, Outcome, Reason, failure, success
from worker.probes import certificate
from worker.probes.connection import Connected, connect
from worker.probes.vantage import Look


class TlsParams(Params):
    """Where to connect to, and what the certificate must be like."""

    host: str = Field(min_length=1, max_length=253, description="Name or address of the target.")
    port: int = Field(default=443, ge=1, le=65535, description="TCP port.")
    server_name: str | None = Field(
        default=None, min_length=1, max_length=253, description="Name to ask for and to verify; default: the host."
    )
    min_days: float = Field(default=0, ge=0, description="Days that the certificate must still be valid.")


async def run(params: TlsParams, look: Look) -> Outcome:
    """Resolve, connect, shake hands, read the certificate."""
    connected = await connect(params.host, params.port, look)
    if isinstance(connected, Outcome):
        return connected
    began_ms = look.elapsed_ms()
    try:
        transport = await _handshake(connected, params.server_name or params.host, look)
    except (OSError, ssl.SSLError, ssl.CertificateError, ValueError) as error:
        reason, blame, sentence = _fault(error, look)
        look.step(sentence)
        return failure(reason, sentence, blame=blame, **_measured(connected, look.elapsed_ms() - began_ms))
    tls_ms = look.elapsed_ms() - began_ms
    try:
        look.step(f"TLS established: {transport.get_extra_info('ssl_object').version()}")
        return _judged(transport, params, _measured(connected, tls_ms))
    finally:
        transport.abort()


async def _handshake(connected: Connected, name: str, look: Look) -> asyncio.Transport:
    try:
        async with asyncio.timeout(look.left_s()):
            transport, _ = await asyncio.get_running_loop().create_connection(
                asyncio.Protocol, sock=connected.sock, ssl=look.vantage.tls, server_hostname=name
            )
    except BaseException:
        connected.sock.close()
        raise
    return transport


def _judged(transport: asyncio.Transport, params: TlsParams, measured: dict[str, Any]) -> Outcome:
    peer: dict[str, Any] = transport.get_extra_info("peercert") or {}
    extra: dict[str, Any] = {
        "protocol": transport.get_extra_info("ssl_object").version(),
        "issuer": _issuer(peer),
    }
    expires = certificate.expires_at(str(peer.get("notAfter", "")))
    if expires is not None:
        days = certificate.days_left(expires, now())
        extra |= {"certificate_expires_at": rfc3339(expires), "certificate_days": days}
        if days < params.min_days:
            sentence = f"the certificate ends in {days:g} days, sooner than {params.min_days:g}"
            return failure(Reason.TLS, sentence, **measured, extra=extra)
    return success(**measured, extra=extra)


def _fault(error: Exception, look: Look) -> tuple[Reason, Blame, str]:
    if isinstance(error, TimeoutError):
        return Reason.TIMEOUT, Blame.TARGET, f"no TLS handshake within {look.timeout_ms} ms"
    if isinstance(error, ssl.SSLCertVerificationError):
        return Reason.TLS, Blame.TARGET, f"the certificate is not valid: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return Reason.TLS, Blame.TARGET, f"the TLS handshake failed: {error.reason or 'no reason given'}"
    if isinstance(error, OSError):
        return Reason.RESET, Blame.PATH, "the connection was reset during the TLS handshake"
    return Reason.INTERNAL, Blame.PROBER, "the server name cannot be used"


def _measured(connected: Connected, tls_ms: float) -> dict[str, Any]:
    total_ms = (connected.dns_ms or 0.0) + connected.connect_ms + tls_ms
    return {
        "dns_ms": connected.dns_ms,
        "connect_ms": connected.connect_ms,
        "tls_ms": round(tls_ms, 3),
        "total_ms": round(total_ms, 3),
        "ip": connected.ip,
    }


def _issuer(peer: dict[str, Any]) -> str | None:
    names = {key: value for part in peer.get("issuer", ()) for key, value in part}
    return names.get("organizationName") or names.get("commonName")


KIND = Kind("tls", TlsParams, run)
