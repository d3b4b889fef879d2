"""What it means that a target ends an encrypted connection without a word.

With TLS 1.3 our handshake is over before the target has seen whether we have a certificate (RFC
8446, section 4.4.2), and some servers that want one say nothing when they get none. Whether they
had asked is told in the handshake, under its encryption; so on such an ending another handshake is
made in which OpenSSL tells its messages, and nothing is sent.
"""

import ssl
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from typing import Any, Final

from worker.contract.outcome import Fault, Outcome, Reason
from worker.contract.target import plain_host
from worker.probes.look.vantage import Look
from worker.probes.network.alerts import ASKED
from worker.probes.network.connection import connect
from worker.probes.network.stream import BROKEN, Stream
from worker.probes.tls.not_started import NotStarted

_CERTIFICATE_REQUEST: Final = 13
_NEWEST: Final = "TLSv1.3"


async def why_silent(
    fault: Fault | None,
    stream: Stream,
    name: str,
    ip: str,
    port: int,
    look: Look,
    begin: Callable[[Stream], Awaitable[None]] | None = None,
) -> Fault | None:
    """The fault, or that of a target which had asked for a client certificate and then ended this
    connection without a word; `begin` is what comes before TLS.
    """
    silent = fault is not None and fault[0] is Reason.RESET and not stream.has_spoken
    if not silent or stream.protocol != _NEWEST:
        return fault
    connected = await connect(ip, port, look)
    if isinstance(connected, Outcome):
        return fault
    asked: list[bool] = []
    with closing(Stream(connected.sock, look)) as again, suppress(*BROKEN, NotStarted):
        if begin is not None:
            await begin(again)
        await again.encrypt(_listening(asked), plain_host(name))
    return ASKED if asked else fault


def _listening(asked: list[bool]) -> ssl.SSLContext:
    """A context that notes a CertificateRequest; never to send anything."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    def hear(
        _tls: object, direction: str, _version: int, _type: int, kind: int, _data: bytes
    ) -> None:
        if direction == "read" and kind == _CERTIFICATE_REQUEST:
            asked.append(True)

    tells: Any = context
    tells._msg_callback = hear  # noqa: SLF001 - Python has no other way to OpenSSL's
    return context
