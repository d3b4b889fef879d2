"""What libcurl's error codes mean: the reason, who is to blame, and a sentence."""

from typing import Final

import pycurl

from worker.contract.outcome import Blame, Reason
from worker.probes.connection import RESETS, Fault, not_connected
from worker.probes.request import Answer

UNRESOLVED: Final = pycurl.E_COULDNT_RESOLVE_HOST
_WEIRD_ANSWER: Final = 8  # pycurl has names for most of libcurl's codes, not for these
_HTTP2_STREAM: Final = 92
_HTTP3: Final = 95
_QUIC: Final = 96

_TLS: Final = frozenset(
    {
        pycurl.E_SSL_CONNECT_ERROR,
        pycurl.E_PEER_FAILED_VERIFICATION,
        pycurl.E_SSL_CERTPROBLEM,
        pycurl.E_SSL_CIPHER,
        pycurl.E_SSL_INVALIDCERTSTATUS,
        pycurl.E_SSL_ISSUER_ERROR,
        pycurl.E_SSL_PINNEDPUBKEYNOTMATCH,
    }
)
_BROKEN: Final = frozenset(
    {pycurl.E_RECV_ERROR, pycurl.E_SEND_ERROR, pycurl.E_PARTIAL_FILE, pycurl.E_GOT_NOTHING, pycurl.E_READ_ERROR}
)
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
    code = answer.code
    if code == UNRESOLVED:
        return Reason.DNS, answer.unresolved_blame, answer.words
    if answer.refusal is not None:
        return Reason.BLOCKED, Blame.PROBER, answer.refusal
    if code == pycurl.E_OPERATION_TIMEDOUT:
        return _too_late(answer, timeout_ms)
    if code in (pycurl.E_COULDNT_CONNECT, _QUIC):
        return not_connected(answer.system_error)
    if code == pycurl.E_INTERFACE_FAILED:
        return Reason.INTERNAL, Blame.PROBER, "this worker cannot use its source address for this target"
    if code in _TLS:
        return _tls(answer)
    if code in _BROKEN:
        return _broken(answer)
    if code in _NOT_HTTP:
        return Reason.PROTOCOL, Blame.TARGET, f"the target does not speak HTTP as it should: {answer.words}"
    if code == pycurl.E_URL_MALFORMAT:
        return Reason.INTERNAL, Blame.PROBER, "the URL cannot be read"
    return Reason.INTERNAL, Blame.PROBER, f"libcurl gave up with code {code}: {answer.words}"


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
