"""Where an address is: country and network number by GeoIP databases, or nothing when there is
none.

The country database in this package is used unless the operator names another. A database that is
missing or broken costs one warning; its answers are then nulls.
"""

import logging
import lzma
import os
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from geoip2.database import Reader
from geoip2.errors import AddressNotFoundError
from maxminddb import MODE_FD, InvalidDatabaseError

log = logging.getLogger(f"outscope.{__name__}")

BUNDLED: Final = "country.mmdb.xz"
_KEPT: Final = 50_000


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

    Without `country` the bundled database is used: unpacked once below `folder`, or in memory
    without one.
    """

    def __init__(
        self, country: Path | None = None, asn: Path | None = None, folder: Path | None = None
    ) -> None:
        self._country = _Database("country", country or _bundled(folder))
        self._asn = _Database("asn", asn)
        self.of = lru_cache(maxsize=_KEPT)(self._of)

    def _of(self, address: str | None) -> Place:
        """Where an address is."""
        if address is None:
            return NOWHERE
        country, network = self._country.ask(address), self._asn.ask(address)
        return Place(
            country.country.iso_code if country is not None else None,
            network.autonomous_system_number if network is not None else None,
        )

    def refresh(self) -> None:
        """Open databases again whose files have changed."""
        if any([self._country.refresh(), self._asn.refresh()]):
            self.of.cache_clear()

    def close(self) -> None:
        """Close the databases."""
        self._country.close()
        self._asn.close()


class _Database:
    """One database: a file that may be absent, broken, or replaced while we run."""

    def __init__(self, method: str, source: Path | bytes | None) -> None:
        self._method = method
        self._source = source
        self._modified_ns: int | None = 0
        self._reader: Reader | None = None
        self._warned = False
        self.refresh()

    def ask(self, address: str) -> Any:
        """geoip2's answer, or None."""
        if self._reader is None:
            return None
        try:
            return getattr(self._reader, self._method)(address)
        except (AddressNotFoundError, ValueError):
            return None
        except (
            TypeError,
            InvalidDatabaseError,
        ) as error:  # another kind of database, or a damaged one
            self._give_up(error)
            return None

    def refresh(self) -> bool:
        """Open the database when it is new or has changed; whether that happened."""
        modified_ns = _modified_ns(self._source)
        if modified_ns == self._modified_ns:
            return False
        self._modified_ns = modified_ns
        self.close()
        if modified_ns is not None:
            self._open()
        elif isinstance(self._source, Path):
            self._give_up(FileNotFoundError(str(self._source)))
        return True

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _open(self) -> None:
        try:
            if isinstance(self._source, bytes):
                self._reader = Reader(BytesIO(self._source), mode=MODE_FD)
            else:
                self._reader = Reader(os.fspath(self._source or ""))
        except (OSError, ValueError, InvalidDatabaseError) as error:
            self._give_up(error)
        else:
            self._warned = False

    def _give_up(self, error: Exception) -> None:
        self.close()
        if not self._warned:
            name = self._source if isinstance(self._source, Path) else BUNDLED
            log.warning(
                "geoip_unusable database=%s error=%r; addresses stay without %s",
                name,
                error,
                self._method,
            )
        self._warned = True


def _modified_ns(source: Path | bytes | None) -> int | None:
    if isinstance(source, bytes):
        return 1
    try:
        return source.stat().st_mtime_ns if source is not None else None
    except OSError:
        return None


def _bundled(folder: Path | None) -> Path | bytes | None:
    """The bundled country database, unpacked below `folder` when that can be written, else in
    memory.
    """
    packed = files("coordinator").joinpath("geodata", BUNDLED)
    try:
        data = packed.read_bytes()
        if folder is None:
            return lzma.decompress(data)
        path = folder / f"country-{len(data)}.mmdb"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}")
            draft.write_bytes(lzma.decompress(data))
            draft.replace(path)
        return path
    except (OSError, lzma.LZMAError) as error:
        log.warning(
            "geoip_unusable database=%s error=%r; addresses stay without country", BUNDLED, error
        )
        return None
