"""Who would get what a request holds, as far as a worker can know before it sends. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from worker.contract.target import asked_at, plain_host


@dataclass(frozen=True, slots=True)
class Receiver:
    """A host, in its one spelling.

    `proven`: TLS proves that it is this host, by authorities that no order can choose.
    `found_here`: this worker finds the host by itself, on its own way. `addressed`: other
    hosts that the request names, to whom a server shared by many would hand it.
    """

    host: str
    proven: bool
    found_here: bool = True
    addressed: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All hosts that could read it."""
        return (self.host, *self.addressed)

    @property
    def is_this_machine(self) -> bool:
        """Whether nothing leaves this machine on the way there."""
        try:
            return self.found_here and ip_address(self.host).is_loopback
        except ValueError:
            return False


HERE: Final = Receiver("", proven=True)
"""What a secret opens on this worker and nobody is told, such as the password of a key."""


def web_receiver(
    url: str,
    headers: Mapping[str, str],
    *,
    believed: bool = True,
    found_here: bool = True,
) -> Receiver:
    """Who gets a request to this URL. `believed`: certificates count, and the check does not bring
    its own authority.
    """
    target = asked_at(url)
    hosts = [_without_port(text) for name, text in headers.items() if name.lower() == "host"]
    return Receiver(
        host=target.host or "",
        proven=believed and target.scheme in ("https", "wss"),
        found_here=found_here,
        addressed=tuple(hosts),
    )


def _without_port(host: str) -> str:
    name, colon, port = host.strip().rpartition(":")
    return plain_host(name if colon and port.isdecimal() else host.strip())
