"""What a request sets on an easy handle, which is at libcurl's defaults before."""

from pathlib import Path
from typing import Final

import pycurl

from worker.probes.http.curl.route import Route
from worker.probes.http.request import ClientCertificate, HttpVersion, Proxy, Request
from worker.probes.http.unpacking import ACCEPTED
from worker.probes.look.trust import is_pem
from worker.probes.look.vantage import Look
from worker.probes.parameters.files import held

_SUPPRESS_CONNECT_HEADERS: Final = 265  # pycurl has no name for it
_TIMEOUT_MS: Final[int] = pycurl.TIMEOUT_MS
_SCHEMES: Final = pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS
_ALWAYS: Final = (
    (pycurl.NOSIGNAL, 1),  # libcurl must not raise signals in a process with threads
    (pycurl.DNS_CACHE_TIMEOUT, 0),
    (pycurl.SSL_SESSIONID_CACHE, 0),  # a resumed handshake is not what a new client sees
    (pycurl.PROTOCOLS, _SCHEMES),
    (pycurl.FOLLOWLOCATION, 0),  # each hop is judged before it is taken
    (pycurl.HTTP09_ALLOWED, 0),
)
_VERSIONS: Final[dict[HttpVersion, int]] = {
    "1.1": pycurl.CURL_HTTP_VERSION_1_1,
    "2": pycurl.CURL_HTTP_VERSION_2TLS,
    "3": pycurl.CURL_HTTP_VERSION_3ONLY,
}
_GROUPS: Final = "X25519:P-256:P-384:P-521"
"""Groups for the exchange of keys, without the hybrid post-quantum one: making its key would be a
seventh of the CPU of a look, and would send the first message of a handshake in two packets.
"""


def prepare(easy: pycurl.Curl, request: Request, look: Look, route: Route) -> None:
    """Set what is the same in each look with this request; FileError when a file is missing. What
    takes the answer in is set by who makes the look.
    """
    setopt = easy.setopt
    for option, value in _ALWAYS:
        setopt(option, value)
    vantage = look.vantage
    setopt(pycurl.URL, request.url)
    setopt(pycurl.USERAGENT, vantage.user_agent.encode())
    if request.body is not None or request.headers or request.compressed:
        setopt(pycurl.HTTPHEADER, header_lines(request))
    _prepare_method(easy, request)
    _prepare_way(easy, request, route, vantage.trust)
    if vantage.source_address is not None:
        setopt(pycurl.INTERFACE, f"host!{vantage.source_address}")
    if request.is_encrypted:
        _prepare_tls(easy, request, look)
        if request.http_version != "auto":
            setopt(pycurl.HTTP_VERSION, _VERSIONS[request.http_version])
    elif request.http_version != "auto":
        plain = request.http_version == "2"
        setopt(
            pycurl.HTTP_VERSION,
            (
                pycurl.CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE
                if plain
                else _VERSIONS[request.http_version]
            ),
        )


def prepare_look(easy: pycurl.Curl, request: Request, look: Look, route: Route) -> None:
    """Set what is another in each look, but for what takes the answer in: how long it may take, and
    the way.
    """
    setopt = easy.setopt
    setopt(_TIMEOUT_MS, max(1, int(look.left_s() * 1000)))
    gate = route.gate
    if gate is not None:
        setopt(pycurl.OPENSOCKETFUNCTION, gate.open)
        if request.may_be_http2:
            setopt(pycurl.PREREQFUNCTION, gate.sends)
    if route.resolved is not None:
        setopt(pycurl.RESOLVE, [route.resolved])
    if route.connect_to is not None:
        setopt(pycurl.CONNECT_TO, [route.connect_to])


def header_lines(request: Request) -> list[bytes]:
    """The lines that libcurl adds. Of its own accord it would ask before it sends a large body, and
    wait a second for a word that many servers never give; a check may still ask so itself.
    """
    given = {line.partition(b":")[0].lower() for line in request.headers}
    ours = (bool(request.body), b"Expect:"), (request.compressed, ACCEPTED)
    added = [line for wanted, line in ours if wanted]
    return [
        *request.headers,
        *(line for line in added if line.partition(b":")[0].lower() not in given),
    ]


def _prepare_method(easy: pycurl.Curl, request: Request) -> None:
    if request.body is not None or request.method == "POST":
        easy.setopt(pycurl.POST, 1)
        easy.setopt(pycurl.POSTFIELDS, request.body or b"")
        easy.setopt(pycurl.CUSTOMREQUEST, request.method)
    elif request.method == "HEAD":
        easy.setopt(pycurl.NOBODY, 1)
    elif request.method != "GET":
        easy.setopt(pycurl.CUSTOMREQUEST, request.method)


def _prepare_way(easy: pycurl.Curl, request: Request, route: Route, trust: str) -> None:
    """A fresh connection to where the route leads, unless an open one is wanted."""
    setopt = easy.setopt
    setopt(pycurl.FRESH_CONNECT, 0 if route.only_warm else 1)
    setopt(pycurl.FORBID_REUSE, 0 if request.reuse else 1)
    if route.proxy is None:
        setopt(pycurl.PROXY, "")  # neither an address nor a latency of somebody else's
    else:
        _prepare_proxy(easy, route.proxy, trust)


def _prepare_proxy(easy: pycurl.Curl, proxy: Proxy, trust: str) -> None:
    setopt = easy.setopt
    setopt(pycurl.PROXY, proxy.url.replace("socks5:", "socks5h:") if proxy.resolves else proxy.url)
    setopt(pycurl.NOPROXY, "")  # the environment has no say
    # so that it is asked for an address, and the target sees one client
    setopt(pycurl.HTTPPROXYTUNNEL, 1)
    setopt(_SUPPRESS_CONNECT_HEADERS, 1)
    if trust:
        setopt(pycurl.PROXY_CAINFO, trust)
    if proxy.username is not None:
        setopt(pycurl.PROXYUSERNAME, proxy.username.encode())
        setopt(pycurl.PROXYPASSWORD, (proxy.password or "").encode())


def _prepare_tls(easy: pycurl.Curl, request: Request, look: Look) -> None:
    easy.setopt(pycurl.OPT_CERTINFO, 1)
    if request.http_version != "3":
        easy.setopt(pycurl.SSL_EC_CURVES, _GROUPS)
    folder = look.vantage.certificates_dir
    if request.authority is not None and is_pem(request.authority):
        easy.setopt(pycurl.CAINFO_BLOB, request.authority.encode())
    elif request.authority is not None:
        easy.setopt(pycurl.CAINFO, str(held(request.authority, folder)))
    elif look.vantage.trust:
        easy.setopt(pycurl.CAINFO, look.vantage.trust)
    if not request.verify:
        easy.setopt(pycurl.SSL_VERIFYPEER, 0)
        easy.setopt(pycurl.SSL_VERIFYHOST, 0)
    if request.client is not None:
        _prepare_client(easy, request.client, folder)


def _prepare_client(easy: pycurl.Curl, client: ClientCertificate, folder: Path | None) -> None:
    easy.setopt(pycurl.SSLCERT, str(held(client.certificate, folder)))
    easy.setopt(pycurl.SSLKEY, str(held(client.key or client.certificate, folder)))
    if client.password is not None:
        easy.setopt(pycurl.KEYPASSWD, client.password.encode())
