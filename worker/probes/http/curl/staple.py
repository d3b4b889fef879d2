"""The OCSP status that a TLS server staples to its handshake: Python's ssl cannot ask for it,
libcurl can.
"""

from typing import Final, Literal

import pycurl

from worker.probes.http.curl.gate import Gate
from worker.probes.look.vantage import Look
from worker.probes.parameters.web_address import bracketed

Status = Literal["good", "missing", "revoked", "invalid", "unread"]
_MISSING: Final = "No OCSP response received"
_OTHER_HASH: Final = "Could not find certificate ID"  # libcurl looks for the one by SHA-1 only
_REVOKED: Final = (
    "revo"  # "SSL certificate revocation reason: ..." and "SSL certificate status: revoked (1)"
)
_OPTIONS: Final = (
    (pycurl.NOSIGNAL, 1),
    (pycurl.CONNECT_ONLY, 1),
    (pycurl.SSL_VERIFYSTATUS, 1),
    (pycurl.SSL_SESSIONID_CACHE, 0),
    (pycurl.FRESH_CONNECT, 1),
    (pycurl.DNS_CACHE_TIMEOUT, 0),
    (pycurl.PROXY, ""),
    (pycurl.PROTOCOLS, pycurl.PROTO_HTTPS),
)


async def staple(name: str, ip: str, port: int, look: Look) -> tuple[Status, str]:
    """Shake hands with a server that is known to be believed; what it staples, and libcurl's words
    when not good.
    """
    engine = look.vantage.curl
    easy = engine.borrow()
    try:
        for option, value in _OPTIONS:
            easy.setopt(option, value)
        easy.setopt(pycurl.URL, f"https://{bracketed(ip) if name == ip else name}:{port}/")
        easy.setopt(pycurl.CONNECT_TO, [f"::{bracketed(ip)}:{port}"])
        easy.setopt(pycurl.OPENSOCKETFUNCTION, Gate(look.vantage.guard).open)
        easy.setopt(pycurl.TIMEOUT_MS, max(1, int(look.left_s() * 1000)))
        if look.vantage.trust:
            easy.setopt(pycurl.CAINFO, look.vantage.trust)
        if look.vantage.source_address is not None:
            easy.setopt(pycurl.INTERFACE, f"host!{look.vantage.source_address}")
        code, words = await engine.transfer(easy)
    finally:
        engine.give_back(easy)
    return _status(code, words), words


def _status(code: int, words: str) -> Status:
    if code == 0:
        return "good"
    if code != pycurl.E_SSL_INVALIDCERTSTATUS or _OTHER_HASH in words:
        return "unread"
    if _MISSING in words:
        return "missing"
    return "revoked" if _REVOKED in words else "invalid"
