"""What an exchange that did not end well says: the reason, who is to blame, and a sentence.

`codes` has every code of libcurl. Here is what its codes alone do not tell: the moment at which an
exchange ended, what the system and OpenSSL said of it, and what libcurl's words show of a code that
it uses for several things.
"""

import errno
import re
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
_BY_SYSTEM: Final = re.compile(r"\b(?:Recv|Send) failure: |\berrno (?!0\b)\d+$")
"""libcurl's words when the system refused to read or write, and not what was read is the matter."""
_BROKEN_RULES: Final = re.compile(r"^(?:Remote peer returned|nghttp2 |\[HTTP[23]\] .*invalid)")
"""libcurl's words for an HTTP/2 that it stopped listening to, although it went on waiting."""
_STREAM_RESET: Final = re.compile(r"reset by server \(error 0x[0-9a-f]+ (\w+)\)")
_NO_GOODBYE: Final = (
    "TLS ended without its goodbye (close_notify), and the answer has no length: nobody can know"
    " whether it is whole"
)


def fault(answer: Answer, timeout_ms: int) -> Fault:
    """What an exchange that did not end well says."""
    if answer.code == UNRESOLVED:
        return Reason.DNS, answer.unresolved_blame, answer.words
    if answer.refusal is not None:
        return answer.refusal
    if answer.proxy is not None and (ours := proxy_fault(answer, timeout_ms)) is not None:
        return ours
    return (
        _of_connection(answer)
        or _of_time(answer, timeout_ms)
        or _of_ending(answer)
        or _of_protocol(answer)
        or told(answer.code, answer.words)
    )


def _of_connection(answer: Answer) -> Fault | None:
    if answer.code in _STOPPED and answer.tries >= MOST_TRIES:
        sentence = f"the target took no request, asked {MOST_TRIES} times over HTTP/2"
        return Reason.RESET, Blame.TARGET, f"{sentence} (GOAWAY or REFUSED_STREAM)"
    if answer.code in (pycurl.E_COULDNT_CONNECT, _QUIC):
        return not_connected(answer.system_error)
    if answer.code in _MOVING and answer.connect_ms is None and not answer.warm:
        return Reason.REFUSED, Blame.TARGET, "the target refused the connection over QUIC"
    if answer.certificate_asked:
        return ASKED
    return wants_certificate(answer.words, after_handshake=answer.tls_ms is not None)


def _of_time(answer: Answer, timeout_ms: int) -> Fault | None:
    if answer.code != pycurl.E_OPERATION_TIMEDOUT:
        return None
    if _BROKEN_RULES.search(answer.words):
        return Reason.PROTOCOL, Blame.TARGET, NOT_HTTP.format(answer.words)
    if answer.connect_ms is None and not answer.warm:
        return Reason.TIMEOUT, Blame.PATH, f"no connection within {timeout_ms} ms"
    return Reason.TIMEOUT, Blame.TARGET, f"{_waited_for(answer)} within {timeout_ms} ms"


def _waited_for(answer: Answer) -> str:
    if answer.shaking_hands:
        return "connected, but no TLS handshake"
    if answer.status >= 200:
        return "the answer was not complete"
    if answer.status:
        return f"connected, but no answer beyond an interim one ({answer.status})"
    if answer.unsent:
        return "connected, but the target did not take the whole request"
    return "connected, but no answer"


def _of_ending(answer: Answer) -> Fault | None:
    """An exchange that somebody ended too early."""
    words = answer.words
    if "unexpected eof" in words:
        return _without_goodbye(answer)
    during = " during the TLS handshake" if answer.shaking_hands else ""
    if answer.system_error in RESETS and (answer.shaking_hands or _BY_SYSTEM.search(words)):
        return Reason.RESET, Blame.PATH, f"the connection was reset{during}"
    if answer.code in _MOVING and _BY_SYSTEM.search(words):
        return _by_system(answer)
    if answer.code == pycurl.E_HTTP2 and not words:
        return _stopped(answer)
    return _without_answer(answer) if answer.code == pycurl.E_GOT_NOTHING else None


def _of_protocol(answer: Answer) -> Fault | None:
    """An exchange in which the target said what libcurl cannot make sense of, or refuses itself."""
    by_server = _STREAM_RESET.search(answer.words)
    if answer.code == _HTTP2_STREAM and by_server is not None:
        sentence = f"the target reset the stream of the answer (HTTP/2 {by_server[1]})"
        return Reason.RESET, Blame.TARGET, sentence
    if answer.code in _MOVING and "SSL routines" in answer.words:
        return Reason.TLS, Blame.TARGET, f"TLS broke off: {answer.words}"
    return None


def _without_goodbye(answer: Answer) -> Fault:
    if answer.shaking_hands:
        sentence = "the target closed the connection during the TLS handshake"
        return Reason.RESET, Blame.TARGET, sentence
    if not answer.endless:
        return _stopped(answer)
    return Reason.PROTOCOL, Blame.TARGET, _NO_GOODBYE


def _stopped(answer: Answer) -> Fault:
    """The connection ended, and nothing more is known."""
    if answer.status >= 200:
        return Reason.RESET, Blame.PATH, CUT
    return _without_answer(answer)


def _without_answer(answer: Answer) -> Fault:
    if answer.status == 101:
        sentence = "the target switches to another protocol, which nobody asked for (101)"
        return Reason.PROTOCOL, Blame.TARGET, sentence
    after = f": only an interim one came ({answer.status})" if answer.status else ""
    return Reason.RESET, Blame.TARGET, SILENT + after


def _by_system(answer: Answer) -> Fault:
    """The system's word for a connection that ended in the middle."""
    if answer.system_error == errno.ETIMEDOUT:
        return Reason.TIMEOUT, Blame.PATH, "the connection went dead: nothing was acknowledged"
    fault = not_connected(answer.system_error)
    return fault if fault[0] is Reason.UNREACHABLE else told(pycurl.E_SEND_ERROR, answer.words)
