"""Where an address is: country and network number by GeoIP databases, or nothing when there is
none.

The databases of countries and networks in this package are used unless the operator names others.
One that is missing or broken costs one warning; its answers are then nulls, or those of the one
before.
"""

import logging
import lzma
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from geoip2.database import Reader as Models
from geoip2.errors import AddressNotFoundError
from maxminddb import InvalidDatabaseError, Reader, open_database

from worker.contract.reloading.private import PrivateCopy

log = logging.getLogger(f"outscope.{__name__}")

COUNTRIES: Final = "country.mmdb.xz"
NETWORKS: Final = "networks.mmdb.xz"
_KEPT: Final = 50_000
_KNOWN: Final = "8.8.8.8"
"""Asked for to see whether a database answers at all."""
_NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of an address; None is not known."""

    country: str | None = None
    asn: int | None = None

    @property
    def nowhere(self) -> bool:
        """Whether nothing is known."""
        return self.country is None and self.asn is None


NOWHERE: Final = Place()


class Places:
    """Answers where addresses are. `country` and `asn` are paths of databases in MaxMind's format,
    or None.

    Without one its bundled database is used: unpacked once below `folder`, of which only the parts
    that are asked for stay in memory, or in memory without a folder. A copy is asked that nobody
    else can change: a file that was mapped and is then written over, or cut short, would end the
    process.
    """

    def __init__(
        self, country: Path | None = None, asn: Path | None = None, folder: Path | None = None
    ) -> None:
        self.country = Database("country", country or _bundled(COUNTRIES, folder), COUNTRIES)
        self.asn = Database("asn", asn or _bundled(NETWORKS, folder), NETWORKS)
        self.of = lru_cache(maxsize=_KEPT)(self._of)

    def _of(self, address: str | None) -> Place:
        """Where an address is."""
        if address is None:
            return NOWHERE
        country = self.country.ask(address).get("country")
        return Place(
            country.get("iso_code") if isinstance(country, dict) else None,
            self.asn.ask(address).get("autonomous_system_number"),
        )

    def refresh(self) -> None:
        """Open databases again whose files have changed."""
        if any([self.country.refresh(), self.asn.refresh()]):
            self._forget()

    def open_again(self, database: "Database") -> None:
        """Ask what the file of one of the databases holds now; OSError or ValueError when it is of
        no use.
        """
        database.open()
        self._forget()

    def _forget(self) -> None:
        self.of = lru_cache(maxsize=_KEPT)(self._of)  # who is asking the old one ends with it

    def close(self) -> None:
        """Close the databases."""
        self.country.close()
        self.asn.close()


class Database:
    """One database: a file that may be absent, broken, or replaced while we run. One that is of no
    use leaves the one before in use.
    """

    def __init__(self, method: str, source: Path | bytes | None, bundled: str) -> None:
        self._method = method
        self._source = source
        self._bundled = bundled
        self._modified: tuple[int, int] | None = (0, 0)
        self._reader: Reader | None = None
        self._warned = False
        self.refresh()

    def ask(self, address: str) -> Mapping[str, Any]:
        """What is written of an address; empty where nothing is."""
        reader = self._reader
        if reader is None:
            return _NOTHING
        try:
            found = reader.get(address)
        except ValueError:  # no address
            return _NOTHING
        except InvalidDatabaseError as error:  # a damaged one
            self._give_up(error)
            return _NOTHING
        return found if isinstance(found, dict) else _NOTHING

    def refresh(self) -> bool:
        """Open the database when it is new or has changed; whether that happened."""
        modified = self.state()
        if modified == self._modified:
            return False
        self._modified = modified
        try:
            self.open()
        except (OSError, ValueError) as error:
            self._complain(error)
            return False
        return True

    def state(self) -> tuple[int, int] | None:
        """Which state the file is in at the moment; None when it is not there."""
        return _state(self._source)

    def open(self) -> None:
        """Ask what the file holds now; OSError or ValueError says why it is of no use, and the one
        before is asked further.
        """
        if self._source is None:
            return
        reader = _opened(self._source, self._method, self._bundled)
        self._reader = reader  # who is asking the one before has it for as long as it takes
        self._warned = False

    def close(self) -> None:
        """Ask it no more."""
        self._reader = None

    def _give_up(self, error: Exception) -> None:
        self.close()
        self._complain(error)

    def _complain(self, error: Exception) -> None:
        if not self._warned:
            name = self._source if isinstance(self._source, Path) else self._bundled
            log.warning(
                "geoip_unusable database=%s error=%r; %s",
                name,
                error,
                f"addresses stay without {self._method}"
                if self._reader is None
                else "the one before stays in use",
            )
        self._warned = True


def _opened(source: Path | bytes, method: str, bundled: str) -> Reader:
    """A reader of what a file holds now; OSError or ValueError when that is no such database.

    What it says is taken as it is written there: models of it took longer than finding it.
    """
    if isinstance(source, bytes):
        content, named = source, bundled
    else:
        content, named = source.read_bytes(), str(source)
    copy = PrivateCopy(content, Path(named).name)
    try:
        with Models(copy.path) as models, suppress(AddressNotFoundError):
            getattr(models, method)(_KNOWN)
        return open_database(copy.path)
    except (InvalidDatabaseError, TypeError) as error:
        raise ValueError(f"{named} is no usable database of this kind: {error}") from error
    finally:
        copy.close()  # what is mapped stays


def _state(source: Path | bytes | None) -> tuple[int, int] | None:
    if isinstance(source, bytes):
        return 1, len(source)
    try:
        told = source.stat() if source is not None else None
    except OSError:
        return None
    return None if told is None else (told.st_mtime_ns, told.st_size)


def packed(bundled: str) -> bytes:
    """One of the bundled databases as it is shipped; OSError when it is not there."""
    return files("coordinator").joinpath("geodata", bundled).read_bytes()


def _bundled(bundled: str, folder: Path | None) -> Path | bytes | None:
    """A bundled database, unpacked below `folder` when that can be written, else in memory."""
    try:
        data = packed(bundled)
        if folder is None:
            return lzma.decompress(data)
        path = folder / f"{bundled.partition('.')[0]}-{len(data)}.mmdb"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}")
            draft.write_bytes(lzma.decompress(data))
            draft.replace(path)
        return path
    except (OSError, lzma.LZMAError) as error:
        log.warning(
            "geoip_unusable database=%s error=%r; addresses stay without it", bundled, error
        )
        return None
