"""Builds the network database that the coordinator ships: `python infra/geodata/build_networks.py`.

Source: the npm package `@ip-location-db/asn` (RouteViews, the NRO and DB-IP, all under CC BY 4.0),
fetched with `npm pack` from the configured registry. Its ranges are written in the schema of
GeoLite2-ASN, numbers alone: names would double the size, and nothing of ours reads them. Takes
half a minute and 300 MB of memory. Writes `coordinator/geodata/networks.mmdb.xz` and the notice
beside it; commit both.
"""

import csv
import json
import lzma
import subprocess
import sys
import tarfile
import tempfile
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

PACKAGE: Final = "@ip-location-db/asn"
MEMBERS: Final = ("asn-ipv4-num.csv", "asn-ipv6-num.csv")
TYPE: Final = "Outscope-ASN (compat=GeoLite2-ASN)"
TARGET: Final = Path(__file__).parents[2] / "coordinator" / "geodata" / "networks.mmdb.xz"
KEY: Final = "autonomous_system_number"
BITS: Final = 128
PACKING: Final = {  # a window of no more than the database: whoever unpacks needs memory for it
    "id": lzma.FILTER_LZMA2,
    "preset": 9 | lzma.PRESET_EXTREME,
    "dict_size": 1 << 23,
}
_SEPARATOR: Final = bytes(16)
_MARKER: Final = b"\xab\xcd\xefMaxMind.com"

NOTICE: Final = """\
networks.mmdb.xz: numbers of the networks that IP addresses belong to, in the schema of
GeoLite2-ASN (compressed with xz)

Built from the npm package {package} version {version}, data of {day}, by
infra/geodata/build_networks.py. Its data are of RouteViews (https://www.routeviews.org/), the
Number Resource Organization (https://www.nro.net/) and DB-IP (https://db-ip.com/, IP to ASN Lite),
each used under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/). They were converted to
another file format, and names of organizations were left out; nothing else was changed. Its
authors say that some of the data in it are wrong; for better answers name a database of your own
in OUTSCOPE_GEOIP_ASN. This is no product of MaxMind.
"""


def main() -> int:
    """Fetch, convert, compress, write the notice."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        version = _fetch(folder)
        starts, numbers = pieces(ranges(folder / "package" / member for member in MEMBERS))
    built = datetime.strptime(version.split(".")[-1][:8], "%Y%m%d").replace(tzinfo=UTC)
    database = encoded(starts, numbers, int(built.timestamp()))
    TARGET.write_bytes(lzma.compress(database, filters=[PACKING]))
    notice = NOTICE.format(package=PACKAGE, version=version, day=f"{built:%d %B %Y}")
    TARGET.with_name("NOTICE.networks").write_text(notice)
    packed_mb, unpacked_mb = TARGET.stat().st_size / 1e6, len(database) / 1e6
    print(f"{TARGET.name}: {packed_mb:.1f} MB, {unpacked_mb:.1f} MB unpacked")
    return 0


def _fetch(folder: Path) -> str:
    """The package's version; its tables are unpacked below the folder."""
    command = ["npm", "pack", "--json", PACKAGE]
    answer = subprocess.check_output(command, cwd=folder, text=True)  # noqa: S603  nothing of it is input
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        for member in MEMBERS:
            archive.extract(f"package/{member}", folder, filter="data")
    return str(json.loads(answer)[0]["version"])


def ranges(files: Iterator[Path]) -> Iterator[tuple[int, int, int]]:
    """First and last address and network of each line; IPv4 lies at ::/96, before all of IPv6."""
    for file in files:
        with file.open(newline="") as lines:
            for first, last, number, *_ in csv.reader(lines):
                yield int(first), int(last), int(number)


def pieces(of: Iterator[tuple[int, int, int]]) -> tuple[list[int], list[int]]:
    """Where in all addresses the network changes, and to which; 0 is none. Ranges come in order of
    their first address; of two that overlap, the one that begins later holds for what both have.
    """
    starts, numbers = [0], [0]
    under_way: list[tuple[int, int]] = []

    def change(at: int, number: int) -> None:
        if starts[-1] == at:
            starts.pop()
            numbers.pop()
        if not numbers or numbers[-1] != number:
            starts.append(at)
            numbers.append(number)

    def end_before(address: int) -> None:
        while under_way and under_way[-1][0] < address:
            last, _ = under_way.pop()
            while under_way and under_way[-1][0] <= last:
                under_way.pop()
            change(last + 1, under_way[-1][1] if under_way else 0)

    for first, last, number in of:
        end_before(first)
        under_way.append((last, number))
        change(first, number)
    end_before(1 << BITS)
    return starts, numbers


def encoded(starts: list[int], numbers: list[int], built: int) -> bytes:
    """The database in MaxMind's format, version 2.0."""
    data, offsets = _records(numbers)
    tree = _tree(starts, numbers)
    count = len(tree) // 2
    nodes = bytearray()
    for child in tree:
        value = count - 1 - child if child >= 0 else count + offsets.get(~child, 0)
        nodes += value.to_bytes(3, "big")
    # children were made before their parents, and the root comes first
    size = 6
    body = b"".join(nodes[at : at + size] for at in range(len(nodes) - size, -1, -size))
    return body + _SEPARATOR + data + _MARKER + _metadata(count, built)


def _records(numbers: list[int]) -> tuple[bytes, dict[int, int]]:
    """A record of each network, and what a leaf adds to the count of nodes to point to it."""
    data, offsets = bytearray(), {}
    for number in sorted(set(numbers) - {0}):
        offsets[number] = len(_SEPARATOR) + len(data)
        key = _text(KEY) if not data else b"\x20\x01"  # a pointer to the first one, at offset 1
        data += b"\xe1" + key + _unsigned(6, number)
    return bytes(data), offsets


def _tree(starts: list[int], numbers: list[int]) -> "array[int]":
    """Both children of each node, the root last: the number of a node, or ~network of a leaf."""
    children = array("q")

    def node(low: int, bits: int, first: int, last: int) -> int:
        """The part of 2**bits addresses from `low`, in which these pieces lie."""
        if first == last:
            return ~numbers[first]
        middle = low + (1 << (bits - 1))
        right = bisect_left(starts, middle, first + 1, last + 1)
        begins_there = right <= last and starts[right] == middle
        one = node(low, bits - 1, first, right - 1)
        other = node(middle, bits - 1, right if begins_there else right - 1, last)
        children.extend((one, other))
        return len(children) // 2 - 1

    node(0, BITS, 0, len(starts) - 1)
    return children


def _metadata(count: int, built: int) -> bytes:
    fields = {
        "binary_format_major_version": _unsigned(5, 2),
        "binary_format_minor_version": _unsigned(5, 0),
        "build_epoch": _unsigned(9, built),
        "database_type": _text(TYPE),
        "description": b"\xe1" + _text("en") + _text(f"Numbers of networks, from {PACKAGE}"),
        "ip_version": _unsigned(5, 6),
        "languages": b"\x01\x04" + _text("en"),
        "node_count": _unsigned(6, count),
        "record_size": _unsigned(5, 24),
    }
    return bytes([0xE0 | len(fields)]) + b"".join(
        _text(name) + value for name, value in fields.items()
    )


def _unsigned(kind: int, value: int) -> bytes:
    """An unsigned number of the format's type: 5 of 16 bits, 6 of 32, 9 of 64."""
    digits = value.to_bytes((value.bit_length() + 7) // 8, "big")
    head = [kind << 5 | len(digits)] if kind <= 7 else [len(digits), kind - 7]
    return bytes(head) + digits


def _text(text: str) -> bytes:
    """A text of less than 285 bytes."""
    raw = text.encode()
    head = bytes([2 << 5 | len(raw)]) if len(raw) < 29 else bytes([2 << 5 | 29, len(raw) - 29])
    return head + raw


if __name__ == "__main__":
    sys.exit(main())
