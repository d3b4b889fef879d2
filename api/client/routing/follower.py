"""Follows the advice in a thread of its own, so that whoever asks for it gets it at once."""

import logging
import os
import threading
from collections.abc import Callable, Iterable
from typing import Final

import httpx

from api.client.asking import headers_of, is_near, value_of
from api.client.questions import advice
from api.client.routing.opinion import LEAST_TTL_S, NONE, Opinion, opinion_of, still
from worker.contract.clock import monotonic_s

TIMEOUT_S: Final = 5.0
_UNCHANGED: Final = 304

log = logging.getLogger(f"outscope.{__name__}")


class Follower:
    """Asks an Outscope again and again from the first time its opinion is asked for, in each
    process that asks. Nothing that goes wrong is raised: without news there is no opinion.

    It asks as often as the advice says (10 s), or every `period_s`. `on_news` is called in that
    thread after each try.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        token: str | None = None,
        *,
        services: Iterable[str] | None = None,
        region: str | None = None,
        period_s: float | None = None,
        on_news: Callable[[], None] | None = None,
    ) -> None:
        self._url, self._token = url, token
        self._ask = advice(services, None, region)
        self._period_s, self._on_news = period_s, on_news
        self._opinion = NONE
        self._etag = ""
        self._stop = threading.Event()
        self._starting = threading.Lock()
        self._pid: int | None = None
        self._well = True

    @property
    def opinion(self) -> Opinion:
        """What was heard last, at once; the first time nothing was heard yet."""
        if self._pid != os.getpid():
            self.start()
        return self._opinion

    def start(self) -> None:
        """Begin to follow; again, and in a process that was forked, does no harm."""
        if not self._starting.acquire(blocking=False):
            return
        try:
            if self._pid != os.getpid() and not self._stop.is_set():
                self._pid = os.getpid()
                threading.Thread(target=self._follow, name="outscope-advice", daemon=True).start()
        finally:
            self._starting.release()

    def close(self) -> None:
        """Follow no more; what was heard grows stale."""
        self._stop.set()

    def _follow(self) -> None:
        headers = headers_of(self._token)
        with httpx.Client(
            base_url=self._url, headers=headers, timeout=TIMEOUT_S, trust_env=not is_near(self._url)
        ) as http:
            while not self._stop.is_set():
                self._try(http)
                self._stop.wait(self._period_s or max(LEAST_TTL_S, self._opinion.ttl_s))

    def _try(self, http: httpx.Client) -> None:
        try:
            self._hear(http)
            self._say(well=True)
        except Exception as error:  # the boundary: whatever it is, requests go on without it
            self._say(well=False, why=f"{type(error).__name__}: {error}")
        try:
            if self._on_news is not None:
                self._on_news()
        except Exception:
            log.exception("advice_not_told")

    def _hear(self, http: httpx.Client) -> None:
        known = {"if-none-match": self._etag} if self._etag else {}
        answer = http.get(self._ask.path, params=self._ask.params(), headers=known)
        if answer.status_code == _UNCHANGED:
            self._opinion = still(self._opinion, monotonic_s())
            return
        self._opinion = opinion_of(value_of(answer), monotonic_s(), self._opinion)
        self._etag = answer.headers.get("etag", "")

    def _say(self, *, well: bool, why: str = "") -> None:
        """In the log, once each time that it changes."""
        if well != self._well:
            self._well = well
            log.warning("advice_heard_again" if well else "advice_not_heard why=%s", *[why][well:])
