"""What an easy handle knows after a transfer, as an answer."""

import re
from dataclasses import dataclass
from typing import Final

import pycurl

from worker.probes.http.curl.intake import Body, Head
from worker.probes.http.curl.refusal import not_taken
from worker.probes.http.curl.route import Route
from worker.probes.http.redirect import FOLLOWED, elsewhere
from worker.probes.http.request import Answer, Request
from worker.probes.look.engine import NO_ERROR, Ending
from worker.probes.tls.certificate import NAMELESS

_NAMES: Final = b"X509v3 Subject Alternative Name"
_NAME: Final = re.compile(rb"\b(?:DNS|IP Address):")
_NAMELESS: Final = f"the certificate is for {NAMELESS}"
_SENSELESS: Final = 8
"""libcurl's code for an answer that makes no sense, which pycurl has no name for."""
_FRAMED: Final = frozenset({"2", "3"})
"""Versions of HTTP whose frames say where an answer ends."""
_VERSION_NAMES: Final = {1: "1.0", 2: "1.1", 3: "2", 30: "3"}


@dataclass(slots=True)
class Intake:
    """What a transfer brings, as far as libcurl has told it by callbacks."""

    began_ms: float
    head: Head
    body: Body

    def ending(self, ended: Ending) -> Ending:
        """How the transfer ended: well, where it was we who had enough, and not well with half a
        head.
        """
        code, _ = ended
        if (complaint := self.head.complaint) is not None:
            return _SENSELESS, complaint
        if code in (0, pycurl.E_WRITE_ERROR) and (complaint := self.body.complaint) is not None:
            return pycurl.E_BAD_CONTENT_ENCODING, complaint
        if code == pycurl.E_WRITE_ERROR and self.head.enough:
            return NO_ERROR
        if code == 0 and not self.head.whole:
            return pycurl.E_PARTIAL_FILE, "the head of the answer did not come to its end"
        return ended


def read(
    easy: pycurl.Curl, request: Request, ended: Ending, intake: Intake, route: Route
) -> Answer:
    """The answer to this request, however the transfer ended."""
    get = easy.getinfo
    code, words = intake.ending(ended)
    head, body = intake.head, intake.body
    answer = Answer(
        code,
        words,
        status=get(pycurl.RESPONSE_CODE),
        lines=tuple(head.lines[: head.ends_at]),
        trailers=tuple(head.lines[head.ends_at :]) if head.ends_at else (),
        body=b"".join(body.chunks),
        cut=head.cut,
        ip=get(pycurl.PRIMARY_IP) or None,
        arrivals=body.arrivals,
    )
    if request.reuse:
        answer.warm = (
            route.only_warm and code != pycurl.E_COULDNT_CONNECT and get(pycurl.NUM_CONNECTS) == 0
        )
    if route.gate is not None and route.gate.sent > 1:
        answer.tries = route.gate.sent
    _read_times(easy, request, answer, intake)
    if route.proxy is not None:
        _read_proxy(easy, answer, route)
    if answer.status in FOLLOWED and (location := head.value(b"location")):
        answer.redirect_url = elsewhere(request.url, location)
    if answer.status:
        known = None if request.may_be_http2 or route.proxy else head.version
        answer.http_version = known or _VERSION_NAMES.get(get(pycurl.INFO_HTTP_VERSION))
    if code:
        _read_failure(easy, request, answer, intake, route)
    if answer.tls_ms is not None:
        _read_certificate(easy.getinfo_raw(pycurl.INFO_CERTINFO), request, answer)
    return answer


def _read_failure(
    easy: pycurl.Curl, request: Request, answer: Answer, intake: Intake, route: Route
) -> None:
    answer.system_error = easy.getinfo(pycurl.OS_ERRNO)
    connected = answer.connect_ms is not None
    answer.shaking_hands = connected and answer.tls_ms is None and request.is_encrypted
    answer.unsent = easy.getinfo(pycurl.SIZE_UPLOAD_T) < len(request.body or b"")
    head = intake.head
    lengths = head.value(b"content-length"), head.value(b"transfer-encoding")
    answer.half_head = not head.whole
    framed = answer.http_version in _FRAMED
    answer.endless = head.whole and lengths == (None, None) and not framed
    if route.gate is not None and not route.gate.opened:
        refusal = route.gate.refusal
        answer.refusal = None if refusal is None else not_taken(request, refusal)


def _read_times(easy: pycurl.Curl, request: Request, answer: Answer, intake: Intake) -> None:
    """libcurl counts every phase from the start; phases here begin where the one before ended."""
    get = easy.getinfo
    answered_at = get(pycurl.STARTTRANSFER_TIME_T)
    answer.total_ms = get(pycurl.TOTAL_TIME_T) / 1000
    ready_at = 0
    if not answer.warm:
        named_at = get(pycurl.NAMELOOKUP_TIME_T)
        connected_at = get(pycurl.CONNECT_TIME_T)
        encrypted_at = get(pycurl.APPCONNECT_TIME_T) if request.is_encrypted else 0
        ready_at = encrypted_at or connected_at
        if connected_at:
            answer.connect_ms = max(0, connected_at - named_at) / 1000
        if encrypted_at:
            answer.tls_ms = (encrypted_at - connected_at) / 1000
    if answered_at and answer.status:
        answer.ttfb_ms = (answered_at - ready_at) / 1000
        if answer.tries > 1 or intake.head.hinted:
            # libcurl counts to the first byte of an interim answer, and from the last try
            answered_ms = intake.head.answered_ms - intake.began_ms
            answer.ttfb_ms = max(0.0, min(answered_ms, answer.total_ms) - ready_at / 1000)


def _read_proxy(easy: pycurl.Curl, answer: Answer, route: Route) -> None:
    answer.proxy = None if route.proxy is None else route.proxy.url
    answer.ip = route.ip
    answer.lines = _last(answer.lines)
    answer.proxy_status = easy.getinfo(pycurl.HTTP_CONNECTCODE)
    answer.proxy_passed = answer.proxy_status == 200 or (
        answer.proxy_status == 0 and bool(easy.getinfo(pycurl.REQUEST_SIZE))
    )
    answer.proxy_error = easy.getinfo(pycurl.PROXY_ERROR)


def _last(lines: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The headers of the last answer; before it, the proxy gave one of its own."""
    begins = [at for at, line in enumerate(lines) if line.startswith(b"HTTP/")]
    return lines[begins[-1] :] if len(begins) > 1 else lines if begins else ()


def _read_certificate(
    chain: list[tuple[tuple[bytes, bytes], ...]], request: Request, answer: Answer
) -> None:
    """When the target's own certificate ends, in OpenSSL's words; and, although libcurl does
    without, its names. Other fields may hold any bytes.
    """
    own = dict(next(iter(chain), ()))
    answer.certificate_expires = own.get(b"Expire date", b"").decode("ascii", "replace") or None
    names = _NAME.search(own.get(_NAMES, b""))
    if own and names is None and request.verify and not request.common_name:
        answer.code, answer.words = pycurl.E_PEER_FAILED_VERIFICATION, _NAMELESS
        answer.status, answer.lines, answer.body, answer.redirect_url = 0, (), b"", None
