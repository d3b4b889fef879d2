"""Channels for machines: webhooks (Standard Webhooks 1.0) and PagerDuty (Events API v2)."""

import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import parse_qs

import orjson

from coordinator.domain.model.verdict import Severity
from coordinator.domain.notifying.message import Message
from coordinator.domain.notifying.thread import Kind
from coordinator.notifying.outbound import Post
from coordinator.notifying.signatures import signature, signers_of
from worker.contract.clock import now
from worker.contract.instant import rfc3339
from worker.contract.settings.web_address import web_address

PAGERDUTY: Final = "https://events.pagerduty.com/v2/enqueue"
_PAGERDUTY: Final = re.compile(r"(?i:pagerduty)://([A-Za-z0-9_-]+)/?(?:\?([^#]*))?")
_ENDS: Final = (Kind.RESOLVED, Kind.WITHDRAWN)
_TITLE: Final = 1_024
_LEVELS: Final = {Severity.OUTAGE: "critical", Severity.DEGRADED: "warning"}


class ChannelError(ValueError):
    """A channel cannot be used as it is written; the sentence says what to do."""


class Webhook:
    """Posts each message to a URL, signed by each secret that there is (standardwebhooks.com)."""

    def __init__(self, url: str, secrets: Sequence[str] = ()) -> None:
        self._url = _web(url)
        self._signers = signers_of(secrets)

    @property
    def public_keys(self) -> list[str]:
        """By which receivers verify it, where that is no secret; those of the first first."""
        return [signer.public for signer in self._signers if signer.public is not None]

    async def send(self, message: Message, identifier: str) -> None:
        """Returns when it arrived; DeliveryError says why it did not."""
        document = message.document
        told = {"type": document["type"], "timestamp": document["at"], "data": dict(document)}
        body = orjson.dumps(told)
        headers = {"webhook-id": identifier, "webhook-timestamp": str(now() // 1000)}
        if self._signers:
            headers["webhook-signature"] = signature(self._signers, headers, body)
        await Post(self._url, body, headers).sent()


class PagerDuty:
    """One alert an incident: triggered, and resolved when it is over. `?endpoint=` names another
    address than that of the vendor, such as the one in Europe.
    """

    def __init__(self, url: str) -> None:
        found = _PAGERDUTY.fullmatch(url)
        if found is None:
            raise ChannelError("names no key; write pagerduty://KEY")
        self._routing_key = found[1]
        endpoint = parse_qs(found[2] or "").get("endpoint", [PAGERDUTY])[0]
        self._endpoint = _web(endpoint, "names an endpoint that ")

    async def send(self, message: Message, identifier: str) -> None:
        """As of Webhook."""
        told: dict[str, Any] = {
            "routing_key": self._routing_key,
            "dedup_key": f"outscope-{message.key}"[:255],
            "event_action": "resolve" if message.kind in _ENDS else "trigger",
            "payload": {
                "summary": message.title[:_TITLE],
                "source": "outscope",
                "severity": _LEVELS.get(message.severity, "info"),
                "timestamp": rfc3339(now()),
                "custom_details": dict(message.document),
            },
        }
        if link := message.document.get("link"):
            told["links"] = [{"href": link, "text": "Evidence"}]
        await Post(self._endpoint, orjson.dumps(told), {}).sent()


def _web(url: str, begin: str = "") -> str:
    try:
        return web_address(url)
    except ValueError as error:
        raise ChannelError(f"{begin}{error}, such as https://hook.example.com/in") from None
