"""What libcurl's error codes mean: the reason, who is to blame, and a sentence."""

from typing import Final

import pycurl

from worker.contract.outcome import Blame, Fault, Reason
from worker.probes.http.curl.proxy_faults import proxy_fault
from worker.probes.http.request import Answer
from worker.probes.network.alerts import ASKED, wants_certificate
from worker.probes.network.connection import RESETS, not_connected

UNRESOLVED: Final = pycurl.E_COULDNT_RESOLVE_HOST
_WEIRD_ANSWER: Final = 8  # pycurl has names for most of libcurl's codes, not for these
_HTTP2_STREAM: Final = 92
_HTTP3: Final = 95
_QUIC: Final = 96

_TLS: Final = frozenset(
    {
        pycurl.E_SSL_CONNECT_ERROR,
        pycurl.E_PEER_FAILED_VERIFICATION,
        pycurl.E_SSL_CIPHER,
        pycurl.E_SSL_INVALIDCERTSTATUS,
        pycurl.E_SSL_ISSUER_ERROR,
        pycurl.E_SSL_PINNEDPUBKEYNOTMATCH,
    }
)
_CLIENT: Final = (
    "the client certificate of this worker, its key or the key's password cannot be used"
)
_OURS: Final = {
    pycurl.E_SSL_CERTPROBLEM: _CLIENT,
    pycurl.E_BAD_FUNCTION_ARGUMENT: _CLIENT,
    pycurl.E_SSL_CACERT_BADFILE: "the authorities that this worker should believe cannot be read",
    pycurl.E_INTERFACE_FAILED: "this worker cannot use its source address for this target",
    pycurl.E_URL_MALFORMAT: "the URL cannot be read",
    pycurl.E_FAILED_INIT: "{}",
}
_BROKEN: Final = frozenset(
    {
        pycurl.E_RECV_ERROR,
        pycurl.E_SEND_ERROR,
        pycurl.E_PARTIAL_FILE,
        pycurl.E_GOT_NOTHING,
        pycurl.E_READ_ERROR,
    }
)
_UNSENT: Final = frozenset({pycurl.E_SEND_ERROR, pycurl.E_RECV_ERROR})
"""Before there is a connection, only a UDP socket fails so: nobody listens there."""
_NOT_HTTP: Final = frozenset(
    {
        pycurl.E_UNSUPPORTED_PROTOCOL,
        pycurl.E_BAD_CONTENT_ENCODING,
        pycurl.E_HTTP2,
        _HTTP2_STREAM,
        _WEIRD_ANSWER,
        _HTTP3,
    }
)


def fault(answer: Answer, timeout_ms: int) -> Fault:
    """What an exchange that did not end well says."""
    if answer.code == UNRESOLVED:
        return Reason.DNS, answer.unresolved_blame, answer.words
    if answer.refusal is not None:
        return answer.refusal
    if answer.proxy is not None and (ours := proxy_fault(answer, timeout_ms)) is not None:
        return ours
    if answer.code == pycurl.E_OPERATION_TIMEDOUT:
        return _too_late(answer, timeout_ms)
    return _of_connection(answer) or _of_answer(answer) or _ours(answer)


def _of_connection(answer: Answer) -> Fault | None:
    if answer.code in (pycurl.E_COULDNT_CONNECT, _QUIC):
        return not_connected(answer.system_error)
    if answer.code in _UNSENT and answer.connect_ms is None:
        return Reason.REFUSED, Blame.TARGET, "the target refused the connection over QUIC"
    if answer.certificate_asked:
        return ASKED
    ours = wants_certificate(answer.words, after_handshake=answer.tls_ms is not None)
    if ours is not None:
        return ours
    return _tls(answer) if answer.code in _TLS else None


def _of_answer(answer: Answer) -> Fault | None:
    if answer.code in _BROKEN:
        return _broken(answer)
    if answer.code in _NOT_HTTP:
        return (
            Reason.PROTOCOL,
            Blame.TARGET,
            f"the target does not speak HTTP as it should: {answer.words}",
        )
    return None


def _ours(answer: Answer) -> Fault:
    words = _OURS.get(answer.code)
    if words is None:
        words = f"libcurl gave up with code {answer.code}: {{}}"
    return Reason.INTERNAL, Blame.PROBER, words.format(answer.words)


def _too_late(answer: Answer, timeout_ms: int) -> Fault:
    if answer.connect_ms is None:
        return Reason.TIMEOUT, Blame.PATH, f"no connection within {timeout_ms} ms"
    if answer.status:
        return Reason.TIMEOUT, Blame.TARGET, f"the answer was not complete within {timeout_ms} ms"
    return Reason.TIMEOUT, Blame.TARGET, f"connected, but no answer within {timeout_ms} ms"


def _tls(answer: Answer) -> Fault:
    if answer.system_error in RESETS:
        return Reason.RESET, Blame.PATH, "the connection was reset during the TLS handshake"
    return Reason.TLS, Blame.TARGET, f"TLS failed: {answer.words}"


def _broken(answer: Answer) -> Fault:
    if answer.code == pycurl.E_GOT_NOTHING:
        return Reason.RESET, Blame.TARGET, "the target closed the connection without an answer"
    if answer.code == pycurl.E_PARTIAL_FILE:
        return Reason.RESET, Blame.PATH, "the connection ended in the middle of the answer"
    return Reason.RESET, Blame.PATH, "the connection was reset"
