"""The databases that say where an address is: which, and how old."""

import lzma
from datetime import UTC, datetime
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import IO, Final

from maxminddb import MODE_FD, InvalidDatabaseError, open_database

from coordinator.doctor.finding import Finding, failure, ok, warning
from coordinator.geodata.places import BUNDLED
from worker.contract.instant import Instant

OLD_DAYS: Final = 270
_DAY_MS: Final = 86_400_000


def look_at_places(country: Path | None, asn: Path | None, now: Instant) -> list[Finding]:
    """The database of countries, and of networks when one is named."""
    found = [_country(country, now)]
    return [*found, _database("networks", asn, "OUTSCOPE_GEOIP_ASN", now)] if asn else found


def _country(path: Path | None, now: Instant) -> Finding:
    if path is not None:
        return _database("countries", path, "OUTSCOPE_GEOIP_COUNTRY", now)
    try:
        data = BytesIO(
            lzma.decompress(files("coordinator").joinpath("geodata", BUNDLED).read_bytes())
        )
    except (OSError, lzma.LZMAError) as error:
        return failure(
            "countries", f"the bundled database cannot be read: {error}", "install Outscope again"
        )
    return _told(
        "countries",
        data,
        "bundled",
        "name a newer one in OUTSCOPE_GEOIP_COUNTRY, or upgrade Outscope",
        now,
    )


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
