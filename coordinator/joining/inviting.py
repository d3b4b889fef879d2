"""An invitation, from what somebody asks for, and what is to be known before it is used."""

from ipaddress import ip_network
from typing import Final

from coordinator.configuration.duration import milliseconds
from coordinator.joining.meeting import NO_ADDRESS, Meeting
from coordinator.store.joining.invitations import Invitation
from worker.contract.instant import Instant

USUAL: Final = "1h"
_SHORTEST_MS: Final = 1_000
_LONGEST_MS: Final = 30 * 86_400_000
_START_FIRST: Final = "start the coordinator before it is used: it lets workers in"


class InvitingError(ValueError):
    """Nobody can be invited so; the sentence says why, `field` which part is wrong."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def invitation(
    region: str, worker: str | None, expires: str, network: str | None, at: Instant
) -> Invitation:
    """What was asked for in words, without a token yet; InvitingError names what is wrong."""
    until = at + _span_ms(expires)
    return Invitation(0, "", region, worker, network and _network(network), at, until)


def noted(meeting: Meeting | None) -> str:
    """What is still missing for workers to join; empty when nothing is."""
    if meeting is None:
        return _START_FIRST
    if not meeting.broker:
        return NO_ADDRESS
    return f"it can be used on this machine alone: {NO_ADDRESS}" if meeting.is_here else ""


def _span_ms(expires: str) -> int:
    try:
        span_ms = milliseconds(expires)
    except ValueError as error:
        raise InvitingError("expires", str(error)) from None
    if not _SHORTEST_MS <= span_ms <= _LONGEST_MS:
        raise InvitingError("expires", f"{expires[:20]} is not from 1s to 30d")
    return span_ms


def _network(text: str) -> str:
    try:
        return str(ip_network(text.strip()))
    except ValueError:
        raise InvitingError("from", f"{text[:60]!r} is no network; {_meant(text)}") from None


def _meant(text: str) -> str:
    try:
        return f"did you mean {ip_network(text.strip(), strict=False)}?"
    except ValueError:
        return "write one such as 203.0.113.0/24 or 2001:db8::/48, or an address"
