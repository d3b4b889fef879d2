"""The channels of subscribers: mail through the page's own account, and webhooks that first proved
that they want it. What leads to one of them is in no message that is stored.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import OpenerDirector

import orjson

from coordinator.access.links import CONFIRM, UNSUBSCRIBE, signed
from coordinator.domain.notifying.message import Message
from coordinator.domain.notifying.thread import Kind
from coordinator.notifying.outbound import DeliveryError, Post
from coordinator.notifying.people import People
from coordinator.notifying.signatures import signature, signers_of
from coordinator.runtime.redirects import Note
from coordinator.store.notices.subscribers import CONFIRM_WITHIN_MS, Subscriber, Subscribers
from worker.contract.clock import now

_KNOWN: Final = "This address is told of incidents already, so there is nothing to do."


@dataclass(frozen=True, slots=True)
class Links:
    """Where a subscriber says yes, and no more."""

    confirm: str
    unsubscribe: str


def links_of(one: Subscriber, public_url: str) -> Links:
    """That which says yes is good for a day since it was asked for; the other for ever."""
    base = f"{public_url.rstrip('/')}/status/{one.page}"
    until = one.asked_at + CONFIRM_WITHIN_MS
    return Links(
        f"{base}/confirm/{signed(one.secret, CONFIRM, one.id, until)}",
        f"{base}/unsubscribe/{signed(one.secret, UNSUBSCRIBE, one.id)}",
    )


class MailSubscriber:
    """Writes to one address, by the account of the page (`mailto://...`)."""

    def __init__(self, one: Subscriber, account: str, links: Links) -> None:
        self._one, self._account, self._links = one, account, links

    async def send(self, message: Message, identifier: str) -> None:
        """Returns when the mail server took it; DeliveryError says why it did not."""
        told = {
            "to": self._one.address,
            "format": "text",
            "+List-Unsubscribe": f"<{self._links.unsubscribe}>",  # RFC 2369
            "+List-Unsubscribe-Post": "List-Unsubscribe=One-Click",  # RFC 8058
            "+Auto-Submitted": "auto-generated",
        }
        joint = "&" if "?" in self._account else "?"
        channel = People(f"{self._account}{joint}{urlencode(told)}")
        await channel.send(replace(message, text=self._text(message)), identifier)

    def _text(self, message: Message) -> str:
        leave = f"To be told no more: {self._links.unsubscribe}"
        if message.kind is not Kind.ASKED:
            return f"{message.text}\n\n-- \n{leave}"
        if self._one.confirmed_at is not None:
            return f"{message.text}\n\n{_KNOWN}\n{leave}"
        return f"{message.text}\n\nTo say yes, within a day: {self._links.confirm}\n"


class HookSubscriber:
    """Posts to a URL, signed with a secret that its first message holds: a challenge, which is to
    be sent back before anything else comes.
    """

    def __init__(
        self,
        one: Subscriber,
        links: Links,
        subscribers: Subscribers,
        opener: Callable[[Note], OpenerDirector],
    ) -> None:
        self._one, self._links = one, links
        self._subscribers, self._opener = subscribers, opener
        self._signers = signers_of([f"whsec_{one.secret}"])

    async def send(self, message: Message, identifier: str) -> None:
        """Returns when it was taken. A challenge that is not answered is not sent again; who
        answers 410 is told no more.
        """
        if message.kind is Kind.ASKED:
            await self._challenge(message, identifier)
            return
        try:
            await self._post(message.document, identifier)
        except DeliveryError as error:
            if error.final:
                await self._subscribers.remove(self._one, now())
            raise

    async def _challenge(self, message: Message, identifier: str) -> None:
        challenge = self._links.confirm.rpartition("/")[2]
        own = {"challenge": challenge, "secret": f"whsec_{self._one.secret}"}
        try:
            answer = await self._post({**message.document, **own}, identifier)
        except DeliveryError as error:
            raise DeliveryError(error.why, final=True) from None
        if challenge.encode() not in answer:
            raise DeliveryError("did not send the challenge back", final=True)
        await self._subscribers.confirm(self._one.id, now())

    async def _post(self, document: Any, identifier: str) -> bytes:
        data = {**document, "unsubscribe": self._links.unsubscribe}
        told = {"type": document["type"], "timestamp": document["at"], "data": data}
        body = orjson.dumps(told)
        headers = {"webhook-id": identifier, "webhook-timestamp": str(now() // 1000)}
        headers["webhook-signature"] = signature(self._signers, headers, body)
        return await Post(self._one.address, body, headers, self._opener).sent()
