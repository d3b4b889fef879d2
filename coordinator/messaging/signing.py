"""The coordinator's key pair: it signs each order and receipt, and workers pin the public key.

The key is made once, and kept in the data folder where nobody else may read it, or given by the
operator. Whoever has it can order any look from any worker that pins it.
"""

import os
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from nacl.signing import SigningKey

from worker.contract.instant import Instant
from worker.contract.message import Signature, signed_bytes
from worker.contract.reloading.reloads import ReloadError, secret

FILE: Final = "signing.key"
VARIABLE: Final = "OUTSCOPE_SIGNING_KEY"
_BYTES: Final = 32


class SigningKeyError(ValueError):
    """A signing key that cannot be used; the sentence says why."""


class Signer:
    """Signs messages."""

    def __init__(self, seed: bytes) -> None:
        self._key = SigningKey(seed)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Signer) and other.public == self.public

    def __hash__(self) -> int:
        return hash(self.public)

    @property
    def public(self) -> str:
        """The public key, as workers pin it."""
        return b64encode(bytes(self._key.verify_key)).decode("ascii")

    def sign(self, task: str, to: str, until: Instant, message: Any) -> dict[str, Any]:
        """The signature of a message for one queue, good until a moment."""
        by = self._key.sign(signed_bytes(task, to, until, message)).signature
        signature = Signature(to=to, until=until, by=b64encode(by).decode("ascii"))
        return signature.model_dump(mode="json")


def given_key(environ: Mapping[str, str]) -> str:
    """The key that the environment, or the file that it names, gives; empty when none."""
    try:
        return secret(VARIABLE, environ)
    except ReloadError as error:
        raise SigningKeyError(str(error)) from None


def find_signer(given: str, folder: Path | None, *, makes: bool) -> Signer | None:
    """The signer whose key was given, else is kept in the data folder; there `makes` one when there
    is none. SigningKeyError says why a key cannot be used.
    """
    if given:
        return read_signer(given)
    if folder is None:
        return None
    return made_signer(folder) if makes else kept_signer(folder)


def read_signer(text: str) -> Signer:
    """The signer whose secret seed a text holds; it is not repeated when it holds none."""
    try:
        seed = b64decode(text.strip(), validate=True)
    except ValueError:
        seed = b""
    if len(seed) != _BYTES:
        raise SigningKeyError("what is given is no signing key: it is 32 random bytes in base64")
    return Signer(seed)


def kept_signer(folder: Path) -> Signer | None:
    """The signer whose key a data folder keeps; None when it keeps none."""
    path = folder / FILE
    try:
        text = path.read_text(encoding="ascii")
        readable = path.stat().st_mode & 0o077
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SigningKeyError(f"{path} cannot be read: {error}") from error
    if readable:
        raise SigningKeyError(f"{path} may be read by others; chmod 600 it, or make another key")
    try:
        return read_signer(text)
    except SigningKeyError as error:
        raise SigningKeyError(f"{path}: {error}") from error


def made_signer(folder: Path) -> Signer:
    """The signer whose key a data folder keeps; it is made there when there is none. Of several
    processes that make one at once, one wins.
    """
    found = kept_signer(folder)
    if found is not None:
        return found
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _make(folder)
    except OSError as error:
        raise SigningKeyError(f"no signing key can be kept in {folder}: {error}") from error
    kept = kept_signer(folder)
    if kept is None:
        raise SigningKeyError(f"no signing key can be kept in {folder}")
    return kept


def _make(folder: Path) -> None:
    """Have a whole key in the folder, ours or that of another process which was first."""
    number, draft = tempfile.mkstemp(prefix=f".{FILE}.", dir=folder)  # nobody else may read it
    try:
        with os.fdopen(number, "w", encoding="ascii") as file:
            file.write(b64encode(os.urandom(_BYTES)).decode("ascii") + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was first
            os.link(draft, folder / FILE)
    finally:
        Path(draft).unlink()
