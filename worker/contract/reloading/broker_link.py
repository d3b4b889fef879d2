"""The way to the broker that a process goes, and how it goes another."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread
from time import sleep
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from worker.contract.broker import check_broker_url, verified
from worker.contract.reloading.private import PrivateCopy, Retired
from worker.contract.reloading.reloads import prefer
from worker.contract.reloading.sentinel import PORT, found, is_watched, plain
from worker.contract.settings.address import hosts_of, shown

log = logging.getLogger(f"outscope.{__name__}")

ASK_S: Final = 1.0
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
    with_tls = parts.scheme.startswith(("rediss", "amqps"))
    named = dict(parse_qsl(parts.query)) if with_tls else {}
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
    """The way to the broker that is in use, and who has to be told of another. Where Sentinels
    watch over the broker, they are asked every second where it is.
    """

    def __init__(self, access: BrokerAccess, trouble: Callable[[str], str]) -> None:
        """`trouble` says what is wrong with a URL, as `prefer` asks for it."""
        self.access = access
        self._trouble = trouble
        self._copied = CopiedAccess(access)
        self._before = Retired()
        self._tell: list[Callable[[str], None]] = []
        self._changing = Lock()
        self.url = _now(self._copied.url)
        """The URL to connect by."""
        Thread(target=self._watch, name="sentinels", daemon=True).start()

    def tell(self, *users: Callable[[str], None]) -> None:
        """Have these told the URL whenever it becomes another."""
        self._tell.extend(users)

    def use(self, access: BrokerAccess) -> None:
        """Go by this one, unless it does not work while the present one does."""
        new = CopiedAccess(access)
        url = _now(new.url)
        try:
            prefer(url, self.url, self._trouble)
        except ValueError:
            new.close()
            raise
        with self._changing:
            self._before.add(self._copied.close)
            self._copied = new
            self._go_by(url)

    def _watch(self) -> None:
        while True:
            sleep(ASK_S)
            if not is_watched(self._copied.url):
                continue
            with self._changing:
                self._look()

    def _look(self) -> None:
        try:
            url = verified(found(self._copied.url))
        except OSError:
            return  # whoever uses the broker tells when it is not to be had
        if url != self.url:
            log.warning("broker_moved to=%s", shown(url))
            self._go_by(url)

    def _go_by(self, url: str) -> None:
        self.url = url
        for tell in self._tell:
            tell(url)


def _now(url: str) -> str:
    """Where the broker is; when nobody says, an address at which it is not."""
    try:
        return verified(found(url))
    except OSError as error:
        log.warning("broker_not_found error=%s", error)
        return verified(plain(url, *hosts_of(url, PORT)[0]))


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
