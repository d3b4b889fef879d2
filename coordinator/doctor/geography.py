"""The databases that say where an address is: which, and how old."""

import lzma
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Final

from maxminddb import MODE_FD, InvalidDatabaseError, open_database

from coordinator.doctor.finding import Finding, failure, ok, warning
from coordinator.geodata.places import COUNTRIES, NETWORKS, packed
from worker.contract.instant import Instant

OLD_DAYS: Final = 270
_DAY_MS: Final = 86_400_000


def look_at_places(country: Path | None, asn: Path | None, now: Instant) -> list[Finding]:
    """The databases of countries and of networks: those named, or the bundled ones."""
    return [
        _one("countries", country, COUNTRIES, "OUTSCOPE_GEOIP_COUNTRY", now),
        _one("networks", asn, NETWORKS, "OUTSCOPE_GEOIP_ASN", now),
    ]


def _one(check: str, path: Path | None, bundled: str, variable: str, now: Instant) -> Finding:
    if path is not None:
        return _database(check, path, variable, now)
    try:
        data = BytesIO(lzma.decompress(packed(bundled)))
    except (OSError, lzma.LZMAError) as error:
        return failure(
            check, f"the bundled database cannot be read: {error}", "install Outscope again"
        )
    todo = f"name a newer one in {variable}, or upgrade Outscope"
    return _told(check, data, "bundled", todo, now)


def _database(check: str, path: Path, variable: str, now: Instant) -> Finding:
    try:
        with path.open("rb") as file:
            return _told(
                check, file, str(path), f"put a newer file in the place that {variable} names", now
            )
    except (OSError, ValueError, InvalidDatabaseError) as error:
        todo = f"mend {variable}; without it, addresses have no {check}"
        return failure(check, f"{path} cannot be read: {error}", todo)


def _told(check: str, file: IO[bytes], called: str, todo: str, now: Instant) -> Finding:
    with open_database(file, mode=MODE_FD) as reader:
        told = reader.metadata()
    built = datetime.fromtimestamp(told.build_epoch, UTC)
    days = int(now - told.build_epoch * 1000) // _DAY_MS
    said = f"{told.database_type}, {called}, built {built:%Y-%m-%d}, {days} days old"
    return warning(check, said, todo) if days > OLD_DAYS else ok(check, said)
