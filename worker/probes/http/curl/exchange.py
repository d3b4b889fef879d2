"""One exchange: a request is put on an easy handle, run by the engine, and read back as an
answer.
"""

from typing import Final

import pycurl

from worker.probes.http.curl.intake import Head, body_of
from worker.probes.http.curl.options import prepare, prepare_look
from worker.probes.http.curl.reading import Intake, read
from worker.probes.http.curl.refusal import fault_of_way, refused
from worker.probes.http.curl.route import Route, find_route, place, warm_route
from worker.probes.http.curl.versions import missing
from worker.probes.http.request import Answer, Request
from worker.probes.look.engine import NO_ERROR, Ending
from worker.probes.look.vantage import Look
from worker.probes.network.alerts import broke_off
from worker.probes.parameters.files import FileError

_HEADERFUNCTION: Final[int] = pycurl.HEADERFUNCTION
_WRITEFUNCTION: Final[int] = pycurl.WRITEFUNCTION
_REQUEST: Final = b"(IN), TLS handshake, Request CERT"
"""libcurl's words for a CertificateRequest that came in."""
_ENDED: Final = frozenset({pycurl.E_RECV_ERROR, pycurl.E_SEND_ERROR, pycurl.E_HTTP2})
"""What libcurl makes of a connection that ends with no word, not even a goodbye (close_notify)."""


async def exchange(request: Request, look: Look) -> Answer:
    """Send the request from this vantage point and read the answer, within the look's deadline."""
    began_ms = look.elapsed_ms()
    objection = look.vantage.guard.url_objection(request.url)
    if objection is not None:
        return refused(fault_of_way(request, place(request.url)[0], objection, look.vantage.guard))
    if request.http_version != "auto" and (lack := missing(request.http_version)) is not None:
        return Answer(pycurl.E_FAILED_INIT, lack)
    try:
        if request.reuse:
            warm = await send(request, look, warm_route(request))
            if warm.warm:
                return warm
        route = await find_route(request, look)
        if isinstance(route, Answer):
            answer = route
        else:
            answer = await send(request, look, route)
            if answer.code and _may_lack_certificate(request, answer):
                answer.certificate_asked = await _asks_for_certificate(request, look, route)
            if route.dns_ms is not None:
                answer.dns_ms, answer.addresses = route.dns_ms, route.addresses
                answer.total_ms = round(answer.total_ms + route.dns_ms, 3)
    except FileError as error:
        return Answer(pycurl.E_FAILED_INIT, str(error))
    if answer.code or request.ends is not None:  # then what libcurl has timed is not all
        since_ms = 0.0 if request.timed else began_ms  # as the pieces of the body are timed
        answer.total_ms = round(look.elapsed_ms() - since_ms, 3)
    return answer


def _may_lack_certificate(request: Request, answer: Answer) -> bool:
    """Whether a target broke off where one does that wants a client certificate: in the handshake,
    or with TLS 1.3, where ours ends before the target has seen a certificate, before any answer.
    """
    if answer.code == pycurl.E_SSL_CONNECT_ERROR:
        return broke_off(answer.words)
    encrypted = request.is_encrypted and answer.tls_ms is not None
    return encrypted and not answer.status and answer.code in _ENDED


async def send(request: Request, look: Look, route: Route) -> Answer:
    """Send the request on this way and read the answer."""
    vantage = look.vantage
    engine = vantage.curl
    settings = (request.identity, vantage.trust) if request.repeats else None
    kept = None if settings is None else engine.borrow_set(settings)
    easy = kept or engine.borrow()
    ended: Ending | None = None
    try:
        head = Head(request, look)
        body = body_of(request, head, look, easy)
        if kept is None:
            prepare(easy, request, look, route)
        prepare_look(easy, request, look, route)
        easy.setopt(_HEADERFUNCTION, head.take)
        easy.setopt(_WRITEFUNCTION, body.take)
        intake = Intake(look.elapsed_ms(), head, body)
        try:
            ended = await engine.transfer(easy)
        finally:
            body.let_go()
        return read(easy, request, ended, intake, route)
    finally:
        if settings is not None and ended is NO_ERROR:
            engine.give_back_set(easy, settings)
        else:
            engine.give_back(easy)


async def _asks_for_certificate(request: Request, look: Look, route: Route) -> bool:
    """Whether a target whose handshake failed asks for a client certificate. libcurl tells that
    only while it shakes hands, and at a price, so once more it does, and sends nothing.
    """
    engine = look.vantage.curl
    easy = engine.borrow()
    heard: list[bytes] = []

    def hear(what: int, data: bytes) -> None:
        if what == pycurl.INFOTYPE_TEXT and _REQUEST in data:
            heard.append(data)

    try:
        prepare(easy, request, look, route)
        prepare_look(easy, request, look, route)
        easy.setopt(pycurl.CONNECT_ONLY, 1)
        easy.setopt(pycurl.VERBOSE, 1)
        easy.setopt(pycurl.DEBUGFUNCTION, hear)
        await engine.transfer(easy)
    finally:
        engine.give_back(easy)
    return bool(heard)
