"""One exchange: a request is put on an easy handle, run by the engine, and read back as an
answer.
"""

from typing import Final

import pycurl

from worker.probes.http.curl.intake import Head, body_of
from worker.probes.http.curl.options import prepare
from worker.probes.http.curl.reading import Intake, read
from worker.probes.http.curl.refusal import fault_of_way, refused
from worker.probes.http.curl.route import Route, find_route, place, warm_route
from worker.probes.http.curl.versions import missing
from worker.probes.http.request import Answer, Request
from worker.probes.look.vantage import Look
from worker.probes.network.alerts import broke_off
from worker.probes.parameters.files import FileError

_REQUEST: Final = b"(IN), TLS handshake, Request CERT"
"""libcurl's words for a CertificateRequest that came in."""


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
        answer = route if isinstance(route, Answer) else await _sent(request, look, route)
    except FileError as error:
        return Answer(pycurl.E_FAILED_INIT, str(error))
    if answer.code:  # then what libcurl has timed is not all
        answer.total_ms = round(look.elapsed_ms() - began_ms, 3)
    return answer


async def _sent(request: Request, look: Look, route: Route) -> Answer:
    answer = await send(request, look, route)
    if answer.code == pycurl.E_SSL_CONNECT_ERROR and broke_off(answer.words):
        answer.certificate_asked = await _asks_for_certificate(request, look, route)
    if route.dns_ms is not None:
        answer.dns_ms, answer.addresses = route.dns_ms, route.addresses
        answer.total_ms = round(answer.total_ms + route.dns_ms, 3)
    return answer


async def send(request: Request, look: Look, route: Route) -> Answer:
    """Send the request on this way and read the answer."""
    engine = look.vantage.curl
    easy = engine.borrow()
    try:
        head = Head(request, look)
        body = body_of(request, head, look)
        prepare(easy, request, look, route)
        easy.setopt(pycurl.HEADERFUNCTION, head.take)
        easy.setopt(pycurl.WRITEFUNCTION, body.take)
        if route.gate is not None and request.may_be_http2:
            easy.setopt(pycurl.PREREQFUNCTION, route.gate.sends)
        intake = Intake(look.elapsed_ms(), head, body)
        ended = await engine.transfer(easy)
        return read(easy, request, ended, intake, route)
    finally:
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
        easy.setopt(pycurl.CONNECT_ONLY, 1)
        easy.setopt(pycurl.VERBOSE, 1)
        easy.setopt(pycurl.DEBUGFUNCTION, hear)
        await engine.transfer(easy)
    finally:
        engine.give_back(easy)
    return bool(heard)
