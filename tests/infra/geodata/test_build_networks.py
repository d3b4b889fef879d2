"""The database of networks that is built from ranges of addresses."""

import sys
from importlib import util
from io import BytesIO
from ipaddress import ip_address
from pathlib import Path
from types import ModuleType

import pytest
from geoip2.database import Reader
from geoip2.errors import AddressNotFoundError
from maxminddb import MODE_FD

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = util.spec_from_file_location("build_networks", ROOT / "infra/geodata/build_networks.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def written(build: ModuleType, *of: tuple[str, str, int]) -> Reader:
    ranges = ((int(ip_address(a)), int(ip_address(b)), number) for a, b, number in of)
    data = build.encoded(*build.pieces(ranges), 1_700_000_000)
    return Reader(BytesIO(data), mode=MODE_FD)


def number(reader: Reader, address: str) -> int | None:
    try:
        return reader.asn(address).autonomous_system_number
    except AddressNotFoundError:
        return None


def test_ranges_that_are_no_networks_are_found_from_their_first_to_their_last_address(
    build: ModuleType,
) -> None:
    reader = written(
        build,
        ("1.0.0.5", "1.0.3.17", 64_500),
        ("9.0.0.0", "9.255.255.255", 4_200_000_000),
        ("2001:db8::", "2001:db8::7", 1),
    )
    told = {address: number(reader, address) for address in EXPECTED}
    assert told == EXPECTED


EXPECTED = {
    "1.0.0.4": None,
    "1.0.0.5": 64_500,
    "1.0.2.9": 64_500,
    "1.0.3.17": 64_500,
    "1.0.3.18": None,
    "9.9.9.9": 4_200_000_000,
    "10.0.0.0": None,
    "2001:db8::7": 1,
    "2001:db8::8": None,
}


def test_the_range_that_begins_later_holds_for_what_two_have_in_common(build: ModuleType) -> None:
    crossing = written(build, ("1.0.0.0", "1.0.0.9", 1), ("1.0.0.8", "1.0.0.20", 2))
    inside = written(build, ("1.0.0.0", "1.0.0.9", 1), ("1.0.0.2", "1.0.0.3", 2))
    assert [number(crossing, f"1.0.0.{last}") for last in (7, 8, 9, 20, 21)] == [1, 2, 2, 2, None]
    assert [number(inside, f"1.0.0.{last}") for last in (1, 2, 3, 4, 9, 10)] == [
        *(1, 2, 2, 1, 1),
        None,
    ]


def test_its_age_can_be_told(build: ModuleType) -> None:
    told = written(build, ("1.0.0.0", "1.0.0.9", 1)).metadata()
    assert (told.build_epoch, told.database_type) == (1_700_000_000, build.TYPE)
