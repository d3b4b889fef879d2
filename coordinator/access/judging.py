"""Whether a token is good now and from there: pure."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from coordinator.access.token import proves
from coordinator.store.access.tokens import AccessToken
from worker.contract.instant import Instant, rfc3339

BAD: Final = "bad_token"
ELSEWHERE: Final = "wrong_address"
"""Codes of what is refused, as the API tells them."""


class RefusedError(Exception):
    """A token that is not good. Only who has the whole of one is told what became of it."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def check(token: str, found: AccessToken | None, address: str, at: Instant) -> AccessToken:
    """The token that this text is, when it is good; RefusedError says why it is not."""
    if found is None or not proves(token, found.digest):
        raise RefusedError(BAD, "This token is not known here; it was mistyped, or forged")
    check_still(found, at)
    if not within(address, found.networks):
        raise RefusedError(
            ELSEWHERE, f"The token {found.name!r} is not good from {address or 'there'}"
        )
    return found


def check_still(found: AccessToken, at: Instant) -> None:
    """RefusedError when a token was revoked or has expired."""
    if found.revoked_at is not None:
        raise RefusedError(
            BAD, f"The token {found.name!r} was revoked at {rfc3339(found.revoked_at)}"
        )
    if found.expires_at is not None and at >= found.expires_at:
        raise RefusedError(
            BAD,
            f"The token {found.name!r} expired at {rfc3339(found.expires_at)};"
            " make another with: outscope token create",
        )


def within(address: str, networks: tuple[str, ...]) -> bool:
    """Whether an address lies in one of these networks; in any, where there are none."""
    if not networks:
        return True
    try:
        asks = _plain(address)
    except ValueError:
        return False
    return any(asks in ip_network(network) for network in networks)


def _plain(address: str) -> IPv4Address | IPv6Address:
    """An IPv4 address that came in IPv6's clothes is what it is."""
    found = ip_address(address)
    return getattr(found, "ipv4_mapped", None) or found
