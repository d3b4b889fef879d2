"""A new token, from what somebody asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final

from coordinator.access.scopes import MEANING, Scope
from coordinator.access.token import digest_of, identifier_of, new_token
from coordinator.configuration.duration import milliseconds
from coordinator.store.access.tokens import AccessToken
from worker.contract.instant import Instant

NEVER: Final = "never"
USUAL: Final = "90d"
_SHORTEST_MS: Final = 1_000
_LONGEST_MS: Final = 3_660 * 86_400_000
_NAME: Final = 64
_NETWORKS: Final = 8


class TokenError(ValueError):
    """No such token can be made; the sentence says why, `field` which part is wrong."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a token is to be."""

    name: str
    scopes: tuple[Scope, ...]
    networks: tuple[str, ...]
    lasts_ms: int | None
    """None is for ever."""


def wanted(name: str, scopes: Sequence[str], expires: str, networks: Sequence[str]) -> Wanted:
    """What was asked for in words; TokenError names what is wrong with it."""
    if not (0 < len(name.strip()) <= _NAME and name.isprintable()):
        raise TokenError("name", f"give it a name of 1 to {_NAME} letters, by which you know it")
    if len(networks) > _NETWORKS:
        raise TokenError("networks", f"there are {len(networks)}; at most {_NETWORKS}")
    return Wanted(name.strip(), _scopes(scopes), tuple(map(_network, networks)), _lasts_ms(expires))


def minted(asked: Wanted, by: str, at: Instant) -> tuple[str, AccessToken]:
    """A new token, and what is stored of it."""
    text = new_token()
    until = None if asked.lasts_ms is None else at + asked.lasts_ms
    identifier = identifier_of(text)
    assert identifier is not None  # noqa: S101 - it was just made
    return text, AccessToken(
        identifier, digest_of(text), asked.name, asked.scopes, asked.networks, at, by, until
    )


def _scopes(words: Sequence[str]) -> tuple[Scope, ...]:
    unknown = [word for word in words if word not in set(Scope)]
    if unknown or not words:
        said = f"there is no scope {unknown[0][:20]!r}" if unknown else "name at least one scope"
        raise TokenError("scopes", f"{said}; there are {', '.join(MEANING)}")
    return tuple(scope for scope in Scope if scope in words)


def _lasts_ms(expires: str) -> int | None:
    if expires == NEVER:
        return None
    try:
        lasts_ms = milliseconds(expires)
    except ValueError as error:
        raise TokenError("expires", f"{error}, or {NEVER}") from None
    if not _SHORTEST_MS <= lasts_ms <= _LONGEST_MS:
        raise TokenError("expires", f"{expires[:20]} is not from 1s to 3660d, nor {NEVER}")
    return lasts_ms


def _network(text: str) -> str:
    try:
        return str(ip_network(text.strip()))
    except ValueError:
        raise TokenError("networks", f"{text[:60]!r} is no network; {_meant(text)}") from None


def _meant(text: str) -> str:
    try:
        return f"did you mean {ip_network(text.strip(), strict=False)}?"
    except ValueError:
        return "write one such as 203.0.113.0/24 or 2001:db8::/48, or an address"
