"""Tokens of invitations. They are shown once, and stored as SHA-256."""

import secrets
from hashlib import sha256
from typing import Final

from worker.contract.http.joining import TOKEN_PREFIX

_BYTES: Final = 24
"""192 bits of chance."""


def new_token() -> str:
    """A token that nobody had before."""
    return TOKEN_PREFIX + secrets.token_urlsafe(_BYTES)


def digest_of(token: str) -> str:
    """What is stored of a token."""
    return sha256(token.encode()).hexdigest()
