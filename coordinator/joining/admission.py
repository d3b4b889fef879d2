"""Whom to let in. Each refusal has a code and a sentence that says what to do."""

import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from ipaddress import ip_address, ip_network
from typing import Final

from coordinator.store.audit import Entry
from coordinator.store.joining.invitations import Admitted, Invitation
from coordinator.store.joining.keys import WorkerKey
from coordinator.store.state.workers import MOST_WORKERS
from worker.contract.http.joining import JoinRequest
from worker.contract.instant import Instant, rfc3339

CLOCK_MS: Final = 300_000
"""A clock that is further off is set right before a worker joins: certificates and logs go by it.
"""
OVERLAP_MS: Final = 600_000
"""For so long the key that another replaced still opens the broker."""
_AGAIN: Final = "have another made: outscope worker invite --region REGION"
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


class RefusedError(Exception):
    """Somebody is not let in. `code` is stable; `about` is whom it was about, for the audit."""

    def __init__(self, code: str, sentence: str, about: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.about = about


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to join: what was asked, the digest of its token, from which address, and when."""

    request: JoinRequest
    digest: str
    address: str
    at: Instant


def check_clock(asked: Asked) -> None:
    """RefusedError for a machine whose clock is off."""
    ahead_ms = asked.request.at - asked.at
    if abs(ahead_ms) <= CLOCK_MS:
        return
    where = "ahead" if ahead_ms > 0 else "behind"
    raise RefusedError(
        "clock_off",
        f"the clock of this machine is {_long(abs(ahead_ms))} {where} (here it is"
        f" {rfc3339(asked.at)}); set it, for example with timedatectl set-ntp true, and join again:"
        " the token is still good",
    )


def admission(
    asked: Asked, regions: Collection[str]
) -> Callable[[Invitation | None, list[WorkerKey]], Admitted]:
    """The decision about one request, for `Invitations.redeem`; `regions` are those configured."""

    def admit(found: Invitation | None, keys: list[WorkerKey]) -> Admitted:
        invitation = _good(asked, found, keys)
        own = next((key for key in keys if key.invitation == invitation.id), None)
        if own is not None:  # its answer was lost: it asks again with the same secret
            return Admitted(invitation, own.worker, own.digest, asked.at, asked.at, None)
        if invitation.region not in regions:
            raise RefusedError(
                "unknown_region",
                f"region {invitation.region} is not configured any more; add it again with:"
                f" outscope region add {invitation.region}",
                invitation.region,
            )
        renews = invitation.worker is not None
        worker = _renewed(invitation, keys) if renews else _named(asked, invitation, keys)
        return Admitted(
            invitation,
            worker,
            asked.request.secret_sha256,
            asked.at,
            asked.at + OVERLAP_MS,
            Entry(
                asked.at,
                asked.address,
                "key renewed" if renews else "worker joined",
                f"{invitation.region}/{worker}",
                asked.address,
            ),
            asked.request.secret_salted,
        )

    return admit


def _good(asked: Asked, found: Invitation | None, keys: Sequence[WorkerKey]) -> Invitation:
    """The invitation, when this may be used from there, now, and by whoever asks."""
    if found is None or not compare_digest(found.digest, asked.digest):
        raise RefusedError("unknown_token", f"this token is not known here; {_AGAIN}")
    if found.network is not None and not _within(asked.address, found.network):
        raise RefusedError(
            "wrong_address",
            f"this token is good from {found.network} only, and you come from {asked.address};"
            " join from there, or have a token made with another --from",
            found.region,
        )
    own = next((key for key in keys if key.invitation == found.id), None)
    again = (
        own is not None
        and own.revoked_at is None
        and compare_digest(own.digest, asked.request.secret_sha256)
    )
    if found.used_at is not None and not again:
        raise RefusedError(
            "token_used",
            f"this token was used at {rfc3339(found.used_at)}, and is good once; {_AGAIN}",
            found.region,
        )
    if asked.at >= found.expires_at and not again:
        raise RefusedError(
            "token_expired",
            f"this token was good until {rfc3339(found.expires_at)}; {_AGAIN}",
            found.region,
        )
    return found


def _renewed(invitation: Invitation, keys: Sequence[WorkerKey]) -> str:
    """The worker whose key is renewed."""
    worker = invitation.worker or ""
    if not any(key.worker == worker and key.lets_in(invitation.made_at) for key in keys):
        raise RefusedError(
            "unknown_worker",
            f"worker {worker} of {invitation.region} was revoked or removed meanwhile; {_AGAIN}",
            f"{invitation.region}/{worker}",
        )
    return worker


def _named(asked: Asked, invitation: Invitation, keys: Sequence[WorkerKey]) -> str:
    """The name of a new worker: the one it asks for, else one that nobody had."""
    taken = {key.worker for key in keys}
    if len(taken) >= MOST_WORKERS:
        raise RefusedError(
            "too_many_workers",
            f"region {invitation.region} has {MOST_WORKERS} workers, which is as many as may;"
            " remove one that is gone: outscope worker remove NAME",
            invitation.region,
        )
    wanted = asked.request.name
    if wanted is None:
        return next(name for name in _names(invitation.region) if name not in taken)
    if wanted in taken:
        raise RefusedError(
            "name_taken",
            f"region {invitation.region} has a worker {wanted} already; leave out --name, or"
            f" remove that one first: outscope worker remove {wanted}",
            f"{invitation.region}/{wanted}",
        )
    return wanted


def _names(region: str) -> Iterator[str]:
    """Names by chance: a name that comes back would take over what was left of its last bearer."""
    while True:
        yield f"{region[:58].rstrip('-_')}-{''.join(secrets.choice(_LETTERS) for _ in range(4))}"


def _within(address: str, network: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found) in ip_network(network)


def _long(span_ms: int) -> str:
    minutes = span_ms // 60_000
    days, rest = divmod(minutes, 1_440)
    if days:
        return f"{days} d {rest // 60} h"
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
