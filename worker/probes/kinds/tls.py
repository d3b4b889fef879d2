"""A TLS server completes a handshake with a certificate that is valid for its name, and stays so
for a while.

Works on any port that speaks TLS from the first byte. The certificates must lead to an authority
that this worker trusts, be valid now, and match `server_name`; `extra` tells each one that the
server sends. `min_days` asks for more: a certificate of the chain that ends sooner is a failure.

A server may staple what its authority says of the certificate (OCSP). With `staple: when_sent` it
must not say that the certificate is revoked; with `staple: required` it must be there and say that
it is good. Either costs the target a second handshake.
"""

from contextlib import closing
from typing import ClassVar, Literal

from pydantic import Field

from worker.contract.kind import Kind
from worker.contract.outcome import Blame, Fault, Outcome, Reason
from worker.contract.target import Target, plain_host
from worker.probes.look.phases import Phases
from worker.probes.look.vantage import Look
from worker.probes.network.connection import connect
from worker.probes.network.stream import Stream
from worker.probes.parameters.place import HostName, HostPort
from worker.probes.tls.certified import CertificateRules, encrypt, explained


class TlsParams(CertificateRules, HostPort):
    """Where to connect to, and what the certificate must be like."""

    schemes: ClassVar[tuple[str, ...]] = ("tls",)

    port: int = Field(default=443, ge=1, le=65535, description="Port of the target.")
    server_name: HostName | None = Field(
        default=None,
        description="Name to ask for and to verify; default: the host.",
    )
    staple: Literal["ignored", "when_sent", "required"] = Field(
        default="ignored",
        description=(
            "What is made of the stapled OCSP status: nothing, no harm, or that it be good."
        ),
    )

    def targets(self) -> tuple[Target, ...]:
        """The port."""
        return (Target("tls", self.host, self.port),)


async def run(params: TlsParams, look: Look) -> Outcome:
    """Resolve, connect, shake hands, read the certificates."""
    connected = await connect(params.host, params.port, look, params.ip_version)
    if isinstance(connected, Outcome):
        return connected
    phases, name = Phases.since(connected, look), plain_host(params.server_name or params.host)
    with closing(Stream(connected.sock, look)) as stream:
        made = await encrypt(stream, name, params, look)
        phases.end("tls_ms")
    made = await explained(made, name, connected.ip, params.port, look)
    fault, extra = made.fault, made.extra
    if fault is None and params.staple != "ignored":
        fault, status = await _stapled(name, connected.ip, params, look)
        extra |= {"ocsp": status}
    return phases.outcome(fault, extra, slow_ms=params.slow_ms)


async def _stapled(name: str, ip: str, params: TlsParams, look: Look) -> tuple[Fault | None, str]:
    from worker.probes.http.curl.staple import staple  # late: only such a look needs libcurl

    status, words = await staple(name, ip, params.port, look)
    look.step(f"stapled OCSP status: {status}")
    if status == "good" or (status in ("missing", "unread") and params.staple == "when_sent"):
        return None, status
    sentences = {
        "missing": "the target staples no OCSP status",
        "unread": f"the OCSP status could not be read: {words}",
        "revoked": (
            "the certificate is not valid: its authority has revoked it, says the stapled OCSP"
            " status"
        ),
    }
    sentence = sentences.get(status, f"the stapled OCSP status is not valid: {words}")
    return (Reason.TLS, Blame.TARGET, sentence), status


KIND = Kind("tls", TlsParams, run)
