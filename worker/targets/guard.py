"""Which targets may be probed: public addresses and what the operator allows, and nobody who does
not want to be.

A check is data that came over a broker, and a redirect is data that came from a target; neither may
turn a worker into a way into the network that it stands in. The guard judges the address that a
socket is about to connect to, never a name, so there is no moment between the judgement and the
connection in which a name could change.
"""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Final

from worker.contract.network.special import Address, embedded, special
from worker.contract.target import Target, plain_host, url_target
from worker.targets.policy import NEVER_SETTING, Network, Policy

SETTING: Final = "OUTSCOPE_ALLOW_ADDRESSES"
REMEMBERED: Final = 4096

_NO_POLICY: Final = Policy()


class Guard:
    """Judges targets. `allow` are networks that the operator lets through although they are not
    public.
    """

    def __init__(self, allow: Iterable[str | Network] = (), policy: Policy = _NO_POLICY) -> None:
        self.allow: tuple[Network, ...] = tuple(ip_network(network) for network in allow)
        self.policy = policy
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._judge)
        self.objection = lru_cache(maxsize=REMEMBERED)(policy.objection)
        self.url_objection = lru_cache(maxsize=REMEMBERED)(self._url_objection)

    def refusal(self, ip: str) -> str | None:
        """Why this address must not be probed, in one sentence that says how to allow it; None when
        it may be.
        """
        return self._remembered(ip)

    def rules_out(self, host: str) -> bool:
        """Whether this host or address does not want to be probed, whoever leads there."""
        if self.policy.never(plain_host(host)):
            return True
        try:
            address = ip_address(host.partition("%")[0])
        except ValueError:
            return False
        inner = embedded(address)
        return any(
            _within(one, self.policy.networks) for one in (address, inner) if one is not None
        )

    def _url_objection(self, url: str) -> str | None:
        """Why whoever this URL names must not be asked; None when it may be, or when it names
        nobody.
        """
        target: Target | None = url_target(url)
        return None if target is None else self.policy.objection(target)

    def _judge(self, ip: str) -> str | None:
        try:
            address = ip_address(ip.partition("%")[0])
        except ValueError:
            return f"{ip!r} is not an IP address"
        return self._objection(address, ip)

    def _objection(self, address: Address, shown: str) -> str | None:
        if _within(address, self.policy.networks):
            return f"{shown} is on the list of targets that are never probed ({NEVER_SETTING})"
        if _within(address, self.allow):
            return None
        inner = embedded(address)
        if inner is not None:
            return self._objection(inner, f"{shown} leads to {inner}, which")
        what = special(address)
        if what is None:
            return None
        return (
            f"{shown} is {what}, and workers do not probe those; the operator can allow it with"
            f" {SETTING}={address}"
        )


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)
