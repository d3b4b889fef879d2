"""Secrets of sessions and of sign-in links: pure but for chance."""

import secrets
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from coordinator.store.access.sessions import Session
from worker.contract.instant import Instant

LASTS_MS: Final = 12 * 3_600_000
LINK_LASTS_MS: Final = 3_600_000
ADMINISTRATOR: Final = "administrator"


def new_secret() -> str:
    """256 bits of chance as text."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """What is stored of a session or a link."""
    return sha256(secret.encode()).hexdigest()


def csrf_of(secret: str) -> str:
    """What a page of ours sends with each write, and no other page knows: it follows from the
    secret in the cookie, which scripts cannot read, and tells nothing of it.
    """
    return sha256(f"csrf {secret}".encode()).hexdigest()


def is_ours(secret: str, told: str) -> bool:
    """Whether a write comes from a page that was told so."""
    return compare_digest(csrf_of(secret).encode(), told.encode())


def begun(
    secret: str, who: str, scopes: tuple[str, ...], at: Instant, token: str | None = None
) -> Session:
    """A session of twelve hours."""
    return Session(digest_of(secret), who, scopes, token, at, at + LASTS_MS)
