"""The subscribers of all pages as channels, read again when there are others."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final
from urllib.request import OpenerDirector

from coordinator.configuration import Configuration
from coordinator.configuration.publishing.pages import PublicPage, pages_of
from coordinator.notifying.channels import Channel, Named, filled
from coordinator.notifying.machines import ChannelError
from coordinator.notifying.subscribing.channels import (
    HookSubscriber,
    Links,
    MailSubscriber,
    links_of,
)
from coordinator.notifying.subscribing.guarded import SETTING, Network, guarded, networks_of
from coordinator.runtime.redirects import Note
from coordinator.store import Store
from coordinator.store.notices.subscribers import MAIL, Subscriber
from worker.contract.instant import Instant

FORGET_EVERY_MS: Final = 60_000
_NOBODY: Final = -1
_SHOWN: Final = "a subscriber"
_ASKED_ALONE: Final = ""
"""The rule of who did not say yes: there is none of that name."""

log = logging.getLogger(f"outscope.{__name__}")


class Subscriptions:
    """Who is told of what the pages of a configuration show."""

    def __init__(self, store: Store, public_url: str, environ: Mapping[str, str]) -> None:
        self._store = store
        self._public_url = public_url
        self._environ = environ
        self._opener: Callable[[Note], OpenerDirector] = guarded(_allowed(environ))
        self._pages: Mapping[str, PublicPage] = {}
        self._change = _NOBODY
        self._forgot_at = 0

    @property
    def pages(self) -> frozenset[str]:
        """The ids of the pages that tell anybody."""
        return frozenset(self._pages)

    def configure(self, configuration: Configuration) -> None:
        """Tell by these pages from now on."""
        found = pages_of(configuration.document)
        self._pages = {page.id: page for page in found if page.tells}
        self._change = _NOBODY
        if self._pages and not self._public_url:
            log.error("status pages tell nobody: OUTSCOPE_PUBLIC_URL is not set")

    async def changed(self, at: Instant) -> Sequence[Named] | None:
        """Everybody as channels; None as long as they are the same."""
        if at - self._forgot_at >= FORGET_EVERY_MS:
            self._forgot_at = at
            await self._store.subscribers.forget(at)
        change = await self._store.subscribers.change()
        if change == self._change:
            return None
        found = list(self._channels(await self._store.subscribers.all()))
        self._change = change
        return found

    def _channels(self, found: Sequence[Subscriber]) -> Iterator[Named]:
        accounts = {page.id: self._account(page) for page in self._pages.values()}
        for one in found:
            if self._public_url and one.page in accounts:
                account, trouble = accounts[one.page]
                links = links_of(one, self._public_url)
                channel = self._open(one, account, links)
                rule = one.rule if one.confirmed_at is not None else _ASKED_ALONE
                yield Named(one.channel, rule, _SHOWN, channel, trouble, is_stranger=True)

    def _open(self, one: Subscriber, account: str, links: Links) -> Channel | None:
        if one.kind != MAIL:
            return HookSubscriber(one, links, self._store.subscribers, self._opener)
        return MailSubscriber(one, account, links) if account else None

    def _account(self, page: PublicPage) -> tuple[str, str]:
        """The mail account of a page, or why it cannot be used."""
        try:
            return filled(page.mail, self._environ), "it has no mail account"
        except ChannelError as error:
            log.warning("status_page_without_mail page=%s its account %s", page.id, error)
            return "", f"its account {error}"


def _allowed(environ: Mapping[str, str]) -> Sequence[Network]:
    try:
        return networks_of(environ.get(SETTING, ""))
    except ValueError as error:
        log.warning("%s is not used: %s", SETTING, error)
        return []
