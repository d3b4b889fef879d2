"""The way to the broker that a process goes, and how it goes another."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from worker.contract.broker import check_broker_url, verified
from worker.contract.reloading.private import PrivateCopy, Retired
from worker.contract.reloading.reloads import prefer

_FILES: Final = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
"""Parts of a `rediss://` URL that name PEM files."""


@dataclass(frozen=True, slots=True)
class BrokerAccess:
    """How to come in at the broker: its URL, and what the files held that the URL names."""

    url: str
    files: tuple[tuple[str, bytes], ...] = ()

    def __repr__(self) -> str:
        return "BrokerAccess()"  # both hold secrets


def broker_access(url: str) -> BrokerAccess:
    """The way in that a URL means; ValueError when a file that it names cannot be used."""
    parts = urlsplit(url)
    named = dict(parse_qsl(parts.query)) if parts.scheme == "rediss" else {}
    access = BrokerAccess(url, tuple((name, _pem(named[name])) for name in _FILES if name in named))
    copied = CopiedAccess(access)
    try:
        check_broker_url(copied.url)  # what was read, whatever is on disk by now
    finally:
        copied.close()
    return access


class CopiedAccess:
    """A way in whose files nobody can change any more."""

    def __init__(self, access: BrokerAccess) -> None:
        self._copies = {name: PrivateCopy(content) for name, content in access.files}
        self.paths = {name: copy.path for name, copy in self._copies.items()}
        self.url = verified(_renamed(access.url, self.paths))
        """The URL to connect by; good until this is closed."""

    def close(self) -> None:
        """Let go of the copies."""
        for copy in self._copies.values():
            copy.close()


class BrokerLink:
    """The way to the broker that is in use, and who has to be told of another."""

    def __init__(self, access: BrokerAccess, trouble: Callable[[str], str]) -> None:
        """`trouble` says what is wrong with a URL, as `prefer` asks for it."""
        self.access = access
        self._trouble = trouble
        self._copied = CopiedAccess(access)
        self._before = Retired()
        self._tell: list[Callable[[str], None]] = []

    @property
    def url(self) -> str:
        """The URL to connect by."""
        return self._copied.url

    def tell(self, *users: Callable[[str], None]) -> None:
        """Have these told the URL whenever it becomes another."""
        self._tell.extend(users)

    def use(self, access: BrokerAccess) -> None:
        """Go by this one, unless it does not work while the present one does."""
        new = CopiedAccess(access)
        try:
            prefer(new.url, self.url, self._trouble)
        except ValueError:
            new.close()
            raise
        self._before.add(self._copied.close)
        self._copied = new
        for tell in self._tell:
            tell(new.url)


def _pem(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ValueError(
            f"the broker's URL names {path}, which cannot be read: {error.strerror}"
        ) from None


def _renamed(url: str, paths: dict[str, str]) -> str:
    """The URL with other paths."""
    if not paths:
        return url
    parts = urlsplit(url)
    told = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **paths}
    return parts._replace(query=urlencode(told, safe="/")).geturl()
