"""What webhooks are signed with, as Standard Webhooks 1.0 writes it: `v1` by a secret that both
sides have (HMAC-SHA256), `v1a` by a key of which receivers have the public half (Ed25519).
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from nacl.signing import SigningKey

SHARED: Final = "whsec_"
PRIVATE: Final = "whsk_"
PUBLIC: Final = "whpk_"
_LEAST, _MOST = 24, 64
_SEED: Final = 32


class SecretError(ValueError):
    """A secret cannot be used as it is written; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Signer:
    """One secret. `public` is what receivers verify by, where everybody may know that."""

    sign: Callable[[bytes], str]
    public: str | None = None


def signers_of(secrets: Sequence[str]) -> list[Signer]:
    """A signer for each secret; SecretError when one cannot be used."""
    return [_asymmetric(one) if one.startswith(PRIVATE) else _symmetric(one) for one in secrets]


def signature(signers: Sequence[Signer], headers: Mapping[str, str], body: bytes) -> str:
    """What the header `webhook-signature` tells: one signature by each, so that receivers who know
    any of them believe it.
    """
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return " ".join(signer.sign(said) for signer in signers)


def new_pair() -> tuple[str, str]:
    """A new private key, and the public one."""
    key = SigningKey.generate()
    return f"{PRIVATE}{_text(bytes(key))}", _public(key)


def _symmetric(secret: str) -> Signer:
    key = _bytes(secret.removeprefix(SHARED))
    if not _LEAST <= len(key) <= _MOST:
        raise SecretError(
            f"has a secret that is not {SHARED} and base64 of {_LEAST} to {_MOST} bytes; make one"
            " with: echo whsec_$(head -c 32 /dev/urandom | base64)"
        )
    return Signer(lambda said: f"v1,{_text(hmac.new(key, said, hashlib.sha256).digest())}")


def _asymmetric(secret: str) -> Signer:
    """The key is its seed, or the seed with the public key behind it, as some libraries have it."""
    found = _bytes(secret.removeprefix(PRIVATE))
    key = SigningKey(found[:_SEED]) if len(found) in (_SEED, 2 * _SEED) else None
    if key is None or found[_SEED:] not in (b"", bytes(key.verify_key)):
        raise SecretError(
            f"has a secret that is not {PRIVATE} and base64 of an Ed25519 key; make one with:"
            " outscope notify new-key"
        )
    return Signer(lambda said: f"v1a,{_text(key.sign(said).signature)}", _public(key))


def _public(key: SigningKey) -> str:
    return f"{PUBLIC}{_text(bytes(key.verify_key))}"


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _text(found: bytes) -> str:
    return base64.b64encode(found).decode()
