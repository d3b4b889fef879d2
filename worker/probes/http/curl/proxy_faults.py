"""What went wrong on the way through a proxy, and whose fault that is.

The proxy is ours, so what it does wrong counts against no target. What it says of the target is
believed.
"""

from typing import Final

import pycurl

from worker.contract.outcome import Blame, Fault, Reason
from worker.probes.http.request import Answer
from worker.probes.network.connection import not_connected

_PROXY: Final = 97
# of CURLproxycode: what a SOCKS5 server replied
_REFUSED, _HOST, _NETWORK, _TTL, _REJECTED = (
    19,
    21,
    22,
    24,
    33,
)
_SOCKS: Final = {
    _REFUSED: (Reason.REFUSED, Blame.TARGET, "the target refused the connection, says the proxy"),
    _HOST: (Reason.UNREACHABLE, Blame.PATH, "the proxy cannot reach the target"),
    _NETWORK: (Reason.UNREACHABLE, Blame.PATH, "the proxy has no network path to the target"),
    _TTL: (Reason.UNREACHABLE, Blame.PATH, "the proxy cannot reach the target"),
    _REJECTED: (
        Reason.UNAUTHORIZED,
        Blame.PROBER,
        "the proxy wants other credentials than ours",
    ),
}
_OF_TUNNEL: Final = ("CONNECT ", "Invalid response header", "the status ")
_HTTP: Final = {
    502: (Reason.UNREACHABLE, Blame.PATH, "the proxy cannot reach the target (502)"),
    504: (Reason.TIMEOUT, Blame.PATH, "the proxy had no answer from the target (504)"),
    407: (
        Reason.UNAUTHORIZED,
        Blame.PROBER,
        "the proxy wants other credentials than ours (407)",
    ),
}


def proxy_fault(answer: Answer, timeout_ms: int) -> Fault | None:
    """What the proxy made of an exchange that did not end well; None when it had done its part."""
    if answer.proxy_status and not 200 <= answer.proxy_status < 300:
        return _http_said(answer.proxy_status)
    if answer.code == _PROXY:
        return _socks_said(answer)
    if answer.connect_ms is None:
        return _not_reached(answer, timeout_ms)
    if answer.proxy_passed and not _is_about_tunnel(answer):
        return None
    if answer.code == pycurl.E_OPERATION_TIMEDOUT:
        return Reason.TIMEOUT, Blame.PROBER, f"the proxy let nothing through within {timeout_ms} ms"
    if answer.proxy is not None and answer.proxy.startswith("http"):
        return Reason.PROTOCOL, Blame.PROBER, f"the proxy makes no tunnel: {answer.words}"
    return None


def _is_about_tunnel(answer: Answer) -> bool:
    """Whether it was the head of the proxy's own answer that libcurl could not read."""
    return not answer.status and answer.words.startswith(_OF_TUNNEL)


def _http_said(status: int) -> Fault:
    sentence = f"the proxy makes no tunnel to the target ({status})"
    return _HTTP.get(status, (Reason.BLOCKED, Blame.PROBER, sentence))


def _socks_said(answer: Answer) -> Fault:
    sentence = f"the proxy makes no connection to the target: {answer.words}"
    return _SOCKS.get(answer.proxy_error, (Reason.BLOCKED, Blame.PROBER, sentence))


def _not_reached(answer: Answer, timeout_ms: int) -> Fault:
    if answer.code == pycurl.E_OPERATION_TIMEDOUT:
        return Reason.TIMEOUT, Blame.PROBER, f"no connection to the proxy within {timeout_ms} ms"
    reason, _, _ = not_connected(answer.system_error)
    return reason, Blame.PROBER, f"no connection to the proxy: {answer.words}"
