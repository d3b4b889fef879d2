"""Requests to a relay over one connection that is kept: through the proxies that the environment
names (HTTPS_PROXY, NO_PROXY), and each within its time.
"""

import json
import os
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import pycurl

from worker.contract.http.relaying import BOOT, SEEN_FROM
from worker.contract.installed import VERSION_HEADER, own_version
from worker.messaging.away import BrokerAwayError, KeyRefusedError
from worker.probes.look.trust import Trust
from worker.relaying.access import RelayAccess
from worker.relaying.sentences import no_outscope, proxy_refuses, unproven, unreachable

CONNECT_S: Final = 5.0
_NEAR: Final = "localhost,127.0.0.1,::1"
_MOST_ANSWER: Final = 16 << 20
_ERROR: Final = 400
_FORBIDDEN: Final = 403
_GATEWAY: Final = (502, 503, 504)


class Stopped(Exception):  # noqa: N818 - no fault
    """The request was given up, because this worker stops."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Link:
    """Asks as one start (`boot`) of a worker. Belongs to one thread, but for `use` and `stop`."""

    def __init__(self, access: RelayAccess, boot: str) -> None:
        self._access = access
        self._boot = boot
        self._easy: pycurl.Curl | None = None
        self._opened: RelayAccess | None = None
        self._trust: Trust | None = None
        self._stopping = False
        self.seen_from: str | None = None
        """The address by which the relay sees this worker, as it last said."""

    def use(self, access: RelayAccess) -> None:
        """Come in otherwise from the next request on. From any thread."""
        self._access = access

    def stop(self) -> None:
        """Give up what is under way, within a second or so, and ask nothing more."""
        self._stopping = True

    def close(self) -> None:
        """Let go of the connection; the next request opens another."""
        easy, self._easy = self._easy, None
        if easy is not None:
            easy.close()
        trust, self._trust = self._trust, None
        if trust is not None:
            trust.close()

    def post(
        self, path: str, body: bytes, within_s: float, headers: Mapping[str, str]
    ) -> Mapping[str, Any]:
        """What the relay answers, as JSON. BrokerAwayError says why there is no answer;
        KeyRefusedError when the relay does not let us in.
        """
        url = self._access.url
        answer = self._asked(url, path, body, within_s, headers)
        if VERSION_HEADER not in answer.headers:
            self.close()
            raise BrokerAwayError(_foreign(url, answer.status))
        self.seen_from = answer.headers.get(SEEN_FROM, self.seen_from)
        found = _document(url, answer)
        if answer.status == _FORBIDDEN:
            raise KeyRefusedError(str(found["detail"]))
        if answer.status >= _ERROR:
            raise BrokerAwayError(str(found["detail"]))
        return found

    def _asked(
        self, url: str, path: str, body: bytes, within_s: float, headers: Mapping[str, str]
    ) -> Answer:
        if self._stopping:
            raise Stopped
        if self._opened != self._access:
            self.close()
        easy = self._easy or self._open()
        told: dict[str, str] = {}
        came = bytearray()

        def keep(chunk: bytes) -> int | None:
            came.extend(chunk)
            return None if len(came) <= _MOST_ANSWER else 0

        def header(line: bytes) -> None:
            name, sign, value = line.decode("latin-1").partition(":")
            if sign:
                told[name.strip().lower()] = value.strip()

        sent = {"expect": "", BOOT: self._boot, "content-type": "application/json", **headers}
        easy.setopt(pycurl.URL, url + path)
        easy.setopt(pycurl.POSTFIELDS, body)
        easy.setopt(pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in sent.items()])
        easy.setopt(pycurl.TIMEOUT_MS, round(within_s * 1000))
        easy.setopt(pycurl.WRITEFUNCTION, keep)
        easy.setopt(pycurl.HEADERFUNCTION, header)
        try:
            easy.perform()
        except pycurl.error as error:
            why = self._why(easy, url, int(error.args[0]), str(error.args[1]))
            self.close()
            if self._stopping:
                raise Stopped from None
            raise BrokerAwayError(why) from None
        return Answer(int(easy.getinfo(pycurl.RESPONSE_CODE)), told, bytes(came))

    def _open(self) -> pycurl.Curl:
        self._opened = access = self._access
        authority = access.authority.encode() or None
        self._trust = Trust(None if authority is None else "the key", authority)
        easy = self._easy = pycurl.Curl()
        own = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
        for option, value in (
            (pycurl.NOSIGNAL, 1),
            (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
            (pycurl.FOLLOWLOCATION, 0),
            (pycurl.CAINFO, self._trust.file),
            (pycurl.NOPROXY, f"{own},{_NEAR}" if own else _NEAR),
            (pycurl.USERNAME, access.user),
            (pycurl.PASSWORD, access.secret),
            (pycurl.HTTPAUTH, pycurl.HTTPAUTH_BASIC),
            (pycurl.USERAGENT, f"outscope/{own_version()}"),
            (pycurl.ACCEPT_ENCODING, "gzip"),
            (pycurl.CONNECTTIMEOUT_MS, round(CONNECT_S * 1000)),
            (pycurl.TCP_KEEPALIVE, 1),
            (pycurl.TCP_KEEPIDLE, 10),
            (pycurl.TCP_KEEPINTVL, 3),
            (pycurl.NOPROGRESS, 0),
            (pycurl.XFERINFOFUNCTION, self._go_on),
        ):
            easy.setopt(option, value)
        return easy

    def _go_on(self, *_: object) -> int:
        return int(self._stopping)

    def _why(self, easy: pycurl.Curl, url: str, code: int, text: str) -> str:
        """Why a request failed; nothing in it is secret."""
        connect = int(easy.getinfo(pycurl.HTTP_CONNECTCODE))
        if connect >= _ERROR:
            return proxy_refuses(url, connect)
        if code == pycurl.E_PEER_FAILED_VERIFICATION:
            return unproven(url, text.rpartition(": ")[2] or text)
        return unreachable(url, text)


def _document(url: str, answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or (answer.status >= _ERROR and "detail" not in found):
        raise BrokerAwayError(
            f"{url} answered HTTP {answer.status} with what this version does not understand;"
            " install the version that runs there"
        )
    return found


def _foreign(url: str, status: int) -> str:
    if status in _GATEWAY:
        return f"what stands in front of {url} does not reach it at the moment (HTTP {status})"
    return no_outscope(url, f" (HTTP {status})")
