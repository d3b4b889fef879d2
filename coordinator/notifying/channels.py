"""The channels of a configuration, each with its address and secret from the environment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

from coordinator.configuration.notifying.entries import SECRET, URL, host_of
from coordinator.domain.notifying.message import Message
from coordinator.notifying.machines import ChannelError, PagerDuty, Webhook
from coordinator.notifying.people import People
from coordinator.notifying.signatures import SecretError


class Channel(Protocol):
    """A way to somebody."""

    async def send(self, message: Message, identifier: str) -> None:
        """Returns when the message arrived; DeliveryError says why it did not. A repeat has the
        same identifier.
        """


@dataclass(frozen=True, slots=True)
class Named:
    """A channel of a rule; instead of it, why it cannot be used. `shown` is what may be told of
    its address.
    """

    id: str
    rule: str
    shown: str
    channel: Channel | None
    trouble: str = ""
    digest: str = ""
    """Of its address: whether it is another one than before, without telling it."""
    is_stranger: bool = False
    """Whether it asked on a status page, and is to hear of nothing else."""

    @property
    def public_keys(self) -> Sequence[str]:
        """By which receivers verify what it sends, where that is no secret."""
        return self.channel.public_keys if isinstance(self.channel, Webhook) else ()


def channels_of(document: Mapping[str, Any], environ: Mapping[str, str]) -> list[Named]:
    """Every channel of every rule, in the order of the file. The first of a rule has its name."""
    return [named for entry in document.get("notify", ()) for named in _of(entry, environ)]


def _of(entry: Mapping[str, Any], environ: Mapping[str, str]) -> Iterator[Named]:
    for number, written in enumerate(entry["to"], start=1):
        name = entry["id"] if number == 1 else f"{entry['id']}/{number}"
        shown = written if SECRET.fullmatch(written) else host_of(written)
        try:
            address = filled(written, environ)
            secrets = [filled(one, environ) for one in _secrets(entry)]
            channel = _open(address, secrets)
        except (ChannelError, SecretError) as error:
            yield Named(name, entry["id"], shown, None, str(error))
        else:
            digest = sha256(address.encode()).hexdigest()
            yield Named(name, entry["id"], shown, channel, digest=digest)


def _secrets(entry: Mapping[str, Any]) -> Sequence[str]:
    """One is written as a text, several as a list."""
    found: str | Sequence[str] = entry.get("secret", ())
    return [found] if isinstance(found, str) else found


def _open(address: str, secrets: Sequence[str]) -> Channel:
    if not URL.fullmatch(address):
        raise ChannelError(
            "is not an address; write a URL such as mailto://user@example.com, with %20 for a blank"
        )
    scheme = address.partition("://")[0].lower()
    if scheme in ("http", "https"):
        return Webhook(address, secrets)
    if scheme == "pagerduty":
        return PagerDuty(address)
    return People(address)


def filled(text: str, environ: Mapping[str, str]) -> str:
    """A text with what the environment holds; ChannelError when that is not set."""
    missing = [name for name in SECRET.findall(text) if not environ.get(name)]
    if missing:
        raise ChannelError(f"needs {missing[0]} in the coordinator's environment, which is not set")
    return SECRET.sub(lambda place: environ[place[1]], text)
