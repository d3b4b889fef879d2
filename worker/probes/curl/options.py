"""What a request sets on an easy handle, which is at libcurl's defaults before."""

from typing import Final

import pycurl

from worker.probes.request import HttpVersion, Request
from worker.probes.vantage import Look

_SCHEMES: Final = pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS
_ALWAYS: Final = (
    (pycurl.NOSIGNAL, 1),  # libcurl must not raise signals in a process with threads
    (pycurl.FRESH_CONNECT, 1),
    (pycurl.FORBID_REUSE, 1),
    (pycurl.DNS_CACHE_TIMEOUT, 0),
    (pycurl.SSL_SESSIONID_CACHE, 0),  # a resumed handshake is not what a new client sees
    (pycurl.PROXY, ""),  # neither an address nor a latency of somebody else's
    (pycurl.PROTOCOLS, _SCHEMES),
    (pycurl.FOLLOWLOCATION, 0),  # each hop is judged before it is taken
    (pycurl.HTTP09_ALLOWED, 0),
)
_VERSIONS: Final[dict[HttpVersion, int]] = {
    "1.1": pycurl.CURL_HTTP_VERSION_1_1,
    "2": pycurl.CURL_HTTP_VERSION_2TLS,
    "3": pycurl.CURL_HTTP_VERSION_3ONLY,
}
_IP: Final = {"4": pycurl.IPRESOLVE_V4, "6": pycurl.IPRESOLVE_V6}


def prepare(easy: pycurl.Curl, request: Request, look: Look) -> None:
    """Set everything but the callbacks."""
    setopt = easy.setopt
    for option, value in _ALWAYS:
        setopt(option, value)
    vantage = look.vantage
    setopt(pycurl.URL, request.url)
    setopt(pycurl.USERAGENT, vantage.user_agent.encode())
    setopt(pycurl.TIMEOUT_MS, max(1, int(look.left_s() * 1000)))
    if request.headers:
        setopt(pycurl.HTTPHEADER, list(request.headers))
    _prepare_method(easy, request)
    if request.http_version != "auto":
        setopt(pycurl.HTTP_VERSION, _VERSIONS[request.http_version])
    if request.ip_version != "any":
        setopt(pycurl.IPRESOLVE, _IP[request.ip_version])
    if vantage.source_address is not None:
        setopt(pycurl.INTERFACE, f"host!{vantage.source_address}")
        if request.ip_version == "any":
            setopt(pycurl.IPRESOLVE, _IP["6" if ":" in vantage.source_address else "4"])
    if request.url[:6].lower() == "https:":
        _prepare_tls(easy, request, look)


def _prepare_method(easy: pycurl.Curl, request: Request) -> None:
    if request.body is not None or request.method == "POST":
        easy.setopt(pycurl.POST, 1)
        easy.setopt(pycurl.POSTFIELDS, request.body or b"")
        easy.setopt(pycurl.CUSTOMREQUEST, request.method)
    elif request.method == "HEAD":
        easy.setopt(pycurl.NOBODY, 1)
    elif request.method != "GET":
        easy.setopt(pycurl.CUSTOMREQUEST, request.method)


def _prepare_tls(easy: pycurl.Curl, request: Request, look: Look) -> None:
    easy.setopt(pycurl.OPT_CERTINFO, 1)
    if look.vantage.trust:
        easy.setopt(pycurl.CAINFO, look.vantage.trust)
    if not request.verify:
        easy.setopt(pycurl.SSL_VERIFYPEER, 0)
        easy.setopt(pycurl.SSL_VERIFYHOST, 0)
