"""What an exchange that did not end well says: the reason, who is to blame, and a sentence.

`codes` has every code of libcurl. Here is what its codes alone do not tell: the moment at which an
exchange ended, what the system and OpenSSL said of it, and what libcurl's words show of a code that
it uses for several things. The first rule that holds decides.
"""

import errno
import re
from collections.abc import Callable
from typing import Final

import pycurl

from worker.contract.outcome import Blame, Fault, Reason
from worker.probes.http.curl.codes import CUT, NOT_HTTP, SILENT, told
from worker.probes.http.curl.gate import MOST_TRIES
from worker.probes.http.curl.proxy_faults import proxy_fault
from worker.probes.http.request import Answer
from worker.probes.network.alerts import ASKED, wants_certificate
from worker.probes.network.connection import RESETS, not_connected

UNRESOLVED: Final = pycurl.E_COULDNT_RESOLVE_HOST
_HTTP2_STREAM: Final = 92  # pycurl has names for most of libcurl's codes, not for these
_QUIC: Final = 96

_MOVING: Final = frozenset({pycurl.E_RECV_ERROR, pycurl.E_SEND_ERROR})
"""Reading or writing failed. Before there is a connection, only a UDP socket fails so: nobody
listens there.
"""
_STOPPED: Final = frozenset({pycurl.E_COULDNT_CONNECT, pycurl.E_ABORTED_BY_CALLBACK})
"""What libcurl makes of a request that may be sent no more, for want of a connection or at all."""
_LATE: Final = pycurl.E_OPERATION_TIMEDOUT
_BY_SYSTEM: Final = re.compile(r"\b(?:Recv|Send) failure: |\berrno (?!0\b)\d+$")
"""libcurl's words when the system refused to read or write, and not what was read is the matter."""
_BROKEN_RULES: Final = re.compile(r"^(?:Remote peer returned|nghttp2 |\[HTTP[23]\] .*invalid)")
"""libcurl's words for an HTTP/2 that it stopped listening to, although it went on waiting."""
_STREAM_RESET: Final = "reset by server (error "
_GIVEN_UP: Final = "reset by curl (error "
"""libcurl's words for a stream that a GOAWAY with an error has ended."""
_CALM: Final = "ENHANCE_YOUR_CALM"
_SWITCHING: Final = 101
_NO_GOODBYE: Final = "unexpected eof"
_MAYBE_HALF: Final = (
    "TLS ended without its goodbye (close_notify), and the answer has no length: nobody can know"
    " whether it is whole"
)

_TARGET, _PATH, _PROBER = Blame.TARGET, Blame.PATH, Blame.PROBER
_Rule = tuple[Callable[[Answer], object], Reason, Blame, str]


def fault(answer: Answer, timeout_ms: int) -> Fault:
    """What an exchange that did not end well says."""
    if answer.code == UNRESOLVED:
        return Reason.DNS, answer.unresolved_blame, answer.words
    if answer.refusal is not None:
        return answer.refusal
    ours = None if answer.proxy is None else proxy_fault(answer, timeout_ms)
    return ours or _of_system(answer) or _by_rule(answer, timeout_ms)


def _of_system(answer: Answer) -> Fault | None:
    """What the system's own number says, or an alert of TLS; None when they do not decide."""
    connecting = answer.code in (pycurl.E_COULDNT_CONNECT, _QUIC) and answer.tries < MOST_TRIES
    moving = answer.code in _MOVING and _BY_SYSTEM.search(answer.words) is not None
    if connecting or (moving and answer.system_error not in _TOLD_BY_RULES):
        return not_connected(answer.system_error)
    if answer.certificate_asked:
        return ASKED
    return wants_certificate(answer.words, after_handshake=answer.tls_ms is not None)


def _by_rule(answer: Answer, timeout_ms: int) -> Fault:
    for holds, reason, blame, sentence in _RULES:
        if holds(answer):
            values = {"words": answer.words, "status": answer.status, "timeout_ms": timeout_ms}
            return reason, blame, sentence.format(**values)
    return told(answer.code, answer.words)


def _is_unconnected(answer: Answer) -> bool:
    return answer.connect_ms is None and not answer.warm


def _has_ended(answer: Answer) -> bool:
    """Whether the connection ended, and nothing more is known."""
    silent = answer.code == pycurl.E_HTTP2 and not answer.words
    return silent or _NO_GOODBYE in answer.words or answer.code == pycurl.E_GOT_NOTHING


def _is_reset(answer: Answer) -> bool:
    by_system = answer.shaking_hands or _BY_SYSTEM.search(answer.words)
    return answer.system_error in RESETS and by_system is not None


_TOLD_BY_RULES: Final = RESETS | {0, errno.ETIMEDOUT, errno.ECONNREFUSED}
_RULES: Final[tuple[_Rule, ...]] = (
    # it was not asked
    (
        lambda a: a.code in _STOPPED and a.tries >= MOST_TRIES,
        *(Reason.RESET, _TARGET),
        f"the target took no request over HTTP/2, asked {MOST_TRIES} times",
    ),
    (
        lambda a: a.code in _MOVING and _is_unconnected(a),
        *(Reason.REFUSED, _TARGET),
        "the target refused the connection over QUIC",
    ),
    # it said what nobody asked for, and whatever comes behind that is not HTTP
    (
        lambda a: a.status == _SWITCHING and a.code != _LATE,
        *(Reason.PROTOCOL, _TARGET),
        "the target switches to another protocol, which nobody asked for (101)",
    ),
    (
        lambda a: _CALM in a.words,
        *(Reason.RATE_LIMITED, _PROBER),
        "the target says that we ask too much: {words}",
    ),
    # it took too long
    (
        lambda a: a.code == _LATE and _BROKEN_RULES.search(a.words),
        *(Reason.PROTOCOL, _TARGET),
        NOT_HTTP.replace("{}", "{words}"),
    ),
    (
        lambda a: a.code == _LATE and _is_unconnected(a),
        *(Reason.TIMEOUT, _PATH),
        "no connection within {timeout_ms} ms",
    ),
    (
        lambda a: a.code == _LATE and a.shaking_hands,
        *(Reason.TIMEOUT, _TARGET),
        "connected, but no TLS handshake within {timeout_ms} ms",
    ),
    (
        lambda a: a.code == _LATE and a.status >= 200,
        *(Reason.TIMEOUT, _TARGET),
        "the answer was not complete within {timeout_ms} ms",
    ),
    (
        lambda a: a.code == _LATE and a.status,
        *(Reason.TIMEOUT, _TARGET),
        "connected, but no answer beyond an interim one ({status}) within {timeout_ms} ms",
    ),
    (
        lambda a: a.code == _LATE and a.unsent,
        *(Reason.TIMEOUT, _TARGET),
        "connected, but the target did not take the whole request within {timeout_ms} ms",
    ),
    (
        lambda a: a.code == _LATE,
        *(Reason.TIMEOUT, _TARGET),
        "connected, but no answer within {timeout_ms} ms",
    ),
    # it ended too early
    (
        lambda a: _is_reset(a) and a.shaking_hands,
        *(Reason.RESET, _PATH),
        "the connection was reset during the TLS handshake",
    ),
    (_is_reset, Reason.RESET, _PATH, "the connection was reset"),
    (
        lambda a: a.system_error == errno.ETIMEDOUT and a.code in _MOVING,
        *(Reason.TIMEOUT, _PATH),
        "the connection went dead: nothing was acknowledged",
    ),
    (
        lambda a: _has_ended(a) and a.shaking_hands,
        *(Reason.RESET, _TARGET),
        "the target closed the connection during the TLS handshake",
    ),
    (
        lambda a: _NO_GOODBYE in a.words and a.endless,
        *(Reason.PROTOCOL, _TARGET),
        _MAYBE_HALF,
    ),
    (lambda a: _has_ended(a) and a.status >= 200, Reason.RESET, _PATH, CUT),
    (
        lambda a: _has_ended(a) and a.status,
        *(Reason.RESET, _TARGET),
        SILENT + ": only an interim one came ({status})",
    ),
    (_has_ended, Reason.RESET, _TARGET, SILENT),
    # it said what makes no sense
    (
        lambda a: a.code == _HTTP2_STREAM and _STREAM_RESET in a.words,
        *(Reason.RESET, _TARGET),
        "the target reset the stream of the answer: {words}",
    ),
    (
        lambda a: a.code == _HTTP2_STREAM and _GIVEN_UP in a.words,
        *(Reason.RESET, _TARGET),
        "the target gave the connection up (GOAWAY): {words}",
    ),
    (
        lambda a: a.code in _MOVING and a.http_version == "2" and not a.words,
        *(Reason.RESET, _TARGET),
        "the target reset the stream of the answer",
    ),
    (
        lambda a: a.code in _MOVING and "SSL routines" in a.words,
        *(Reason.TLS, _TARGET),
        "TLS broke off: {words}",
    ),
)
