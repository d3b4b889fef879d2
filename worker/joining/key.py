"""The key of a worker that joined, as its state folder keeps it: what it is, where it meets the
coordinator, whom it obeys, and the secret that it made itself.
"""

import json
import os
import tempfile
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from worker.contract.http.joining import JoinAnswer
from worker.contract.http.relaying import HERE
from worker.flags import SettingsError
from worker.relaying.access import RelayAccess

HTTPS: Final = "https"
BROKER: Final = "broker"
FILE: Final = "key.json"
DRAFT: Final = "joining.json"
"""What was asked for and is not answered yet, so that it can be asked for again."""
CA_FILE: Final = "broker-ca.pem"


@dataclass(frozen=True, slots=True)
class Reach:
    """What a worker that joined may reach beside the broker: the relay, if there is one, and the
    API. `way` is `https` or `broker` when it is to go that way alone.
    """

    joined: bool = False
    way: str = ""
    relay: RelayAccess | None = None
    api: RelayAccess | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """All that a worker needs to start. `token` is the SHA-256 of the one that it joined with,
    `relay` the relay's URL, if there is one, `via` the way that it was told to go (`https`,
    `broker`, empty: whichever it reaches), `api_ca` the authority of API and relay (PEM), when it
    is a private one.
    """

    region: str
    worker: str
    user: str
    secret: str
    broker: str
    broker_ca: str
    coordinator_key: str
    api: str
    token: str
    relay: str = ""
    via: str = ""
    api_ca: str = ""

    def __repr__(self) -> str:
        return f"Key(region={self.region!r}, worker={self.worker!r})"  # it holds a secret

    def reach(self) -> Reach:
        """What this worker may reach, and which way it goes."""
        return Reach(True, self.via, self._access(self.relay), self._access(self.api))

    def _access(self, url: str) -> RelayAccess | None:
        return RelayAccess(url, self.user, self.secret, self.api_ca) if url else None

    def url(self, folder: Path) -> str:
        """The broker's URL for this worker, with its user, secret and authority; empty when it
        was told of no broker.
        """
        if not self.broker:
            return ""
        parts = urlsplit(self.broker)
        netloc = f"{self.user}:{quote(self.secret, safe='')}@{parts.netloc}"
        query = f"ssl_ca_certs={quote(str(folder / CA_FILE))}" if self.broker_ca else ""
        return parts._replace(netloc=netloc, query=query).geturl()


@dataclass(frozen=True, slots=True)
class Joining:
    """Where a worker joins, whose authority it believes there (PEM), and which way it goes."""

    api: str
    authority: str = ""
    via: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A token (SHA-256) and the secret that was made for it."""

    token: str
    secret: str


def made_key(answer: JoinAnswer, draft: Draft, joining: Joining) -> Key:
    """The key that an answer makes of a draft."""
    told = answer.model_dump()
    told["relay"] = joining.api if answer.relay == HERE else answer.relay.rstrip("/")
    return Key(
        **told,
        secret=draft.secret,
        api=joining.api,
        token=draft.token,
        via=joining.via,
        api_ca=joining.authority,
    )


def kept_key(folder: Path) -> Key | None:
    """The key that a state folder keeps; None when it keeps none. SettingsError when it cannot be
    used.
    """
    path = folder / FILE
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        known = {field.name for field in fields(Key)}
        return Key(**{name: str(value) for name, value in told.items() if name in known})
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read: {error.strerror}; start the worker as the user that joined"
        ) from None
    except (ValueError, TypeError, AttributeError):
        raise SettingsError(
            f"{path} is damaged; join again into another folder: outscope-worker join"
        ) from None


def kept_draft(folder: Path) -> Draft | None:
    """The draft that a state folder keeps, if any."""
    try:
        told = json.loads((folder / DRAFT).read_text(encoding="utf-8"))
        return Draft(str(told["token"]), str(told["secret"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_draft(folder: Path, draft: Draft) -> None:
    """Keep a draft. OSError when the folder cannot be written to."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    put(folder / DRAFT, json.dumps(asdict(draft)))


def keep_key(folder: Path, key: Key) -> None:
    """Keep a key for good, in the place of the draft and of an older key."""
    put(folder / FILE, json.dumps(asdict(key), indent=1))
    forget_draft(folder)


def forget_draft(folder: Path) -> None:
    """What was asked for is decided."""
    (folder / DRAFT).unlink(missing_ok=True)


def lay_out_authority(folder: Path, key: Key) -> None:
    """Have the certificates of the broker's authority in a file of their own, as its client needs
    them.
    """
    path = folder / CA_FILE
    if key.broker_ca and not (path.is_file() and path.read_text("ascii") == key.broker_ca):
        put(path, key.broker_ca)


def put(path: Path, text: str) -> None:
    """Write a file that only we may read, whole or not at all, on disk when this returns."""
    number, name = tempfile.mkstemp(".part", ".", path.parent)  # nobody else may read it
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(number)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
