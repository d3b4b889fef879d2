"""Builds the country database that the coordinator ships: `python infra/geodata/build_country.py`.

Source: the npm package `@ip-location-db/geo-whois-asn-country-mmdb` (CC0; its data are the NRO's,
under CC BY 4.0), fetched with `npm pack` from the configured registry. Its records are flat and its
type is one that geoip2 refuses, so the networks are written again in the schema of
GeoLite2-Country. Takes about two minutes and 1 GB of memory. Writes
`coordinator/geodata/country.mmdb.xz` and the notice beside it; commit both.
"""

import json
import lzma
import subprocess
import sys
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import maxminddb
from mmdb_writer import MMDBWriter
from netaddr import IPSet

PACKAGE = "@ip-location-db/geo-whois-asn-country-mmdb"
MEMBER = "package/geo-whois-asn-country.mmdb"
TYPE = "Outscope-Country (compat=GeoLite2-Country)"
TARGET = Path(__file__).parents[2] / "coordinator" / "geodata" / "country.mmdb.xz"

NOTICE = """\
country.mmdb.xz: countries of IP networks, in the schema of GeoLite2-Country (compressed with xz)

Built from the npm package {package} version {version}, data of {day}, by
infra/geodata/build_country.py. The package declares CC0 1.0. Its data are of the Number Resource
Organization (https://www.nro.net/), used under CC BY 4.0
(https://creativecommons.org/licenses/by/4.0/). They were converted to another file format; nothing
else was changed. Its authors say that some countries in it are wrong; for better answers name a
database of your own in OUTSCOPE_GEOIP_COUNTRY. This is no product of MaxMind.
"""


def main() -> int:
    """Fetch, convert, compress, write the notice."""
    with tempfile.TemporaryDirectory() as folder:
        version, source = _fetch(Path(folder))
        with maxminddb.open_database(str(source), maxminddb.MODE_MEMORY) as flat:
            day = f"{datetime.fromtimestamp(flat.metadata().build_epoch, UTC):%d %B %Y}"
            database = _converted(flat, day, Path(folder) / "country.mmdb")
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(lzma.compress(database, preset=9 | lzma.PRESET_EXTREME))
    (TARGET.parent / "NOTICE").write_text(NOTICE.format(package=PACKAGE, version=version, day=day))
    print(
        f"{TARGET.name}: {TARGET.stat().st_size / 1e6:.1f} MB, {len(database) / 1e6:.1f} MB"
        " unpacked"
    )
    return 0


def _fetch(folder: Path) -> tuple[str, Path]:
    """The package's version and its database, unpacked."""
    command = ["npm", "pack", "--json", PACKAGE]
    answer = subprocess.check_output(command, cwd=folder, text=True)  # noqa: S603  nothing of it is input
    package = json.loads(answer)[0]
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extract(MEMBER, folder, filter="data")
    return str(package["version"]), folder / MEMBER


def _converted(flat: maxminddb.Reader, day: str, path: Path) -> bytes:
    """The same networks with GeoLite2's nested records."""
    writer = MMDBWriter(
        ip_version=6,
        ipv4_compatible=True,
        database_type=TYPE,
        languages=["en"],
        description={"en": f"Outscope country database, data of {day} from {PACKAGE}"},
    )
    for network, record in flat:
        code = record.get("country_code")
        if code:
            place = {"iso_code": code}
            writer.insert_network(
                IPSet([str(network)]), {"country": place, "registered_country": place}
            )
    writer.to_db_file(str(path))
    return path.read_bytes()


if __name__ == "__main__":
    sys.exit(main())
