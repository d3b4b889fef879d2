"""Where this machine is, for the one region of a first start: by its public address or its name."""

import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from zoneinfo import TZPATH

from coordinator.configuration import Configuration, from_document
from coordinator.domain.model.topology import HERE
from coordinator.geodata.places import NOWHERE, Place, Places
from worker.contract.target import first_public
from worker.vitals import outgoing_address

MOST_NAME: Final = 60
_COUNTRIES: Final = "iso3166.tab"
"""The list of countries that comes with the system's time zones."""


def at_this_machine(configuration: Configuration, environ: Mapping[str, str]) -> Configuration:
    """The configuration, with the name of the place where this machine is, as far as its own
    addresses and the country database tell. Asks nobody.
    """
    address = environ.get("OUTSCOPE_PUBLIC_ADDRESS") or outgoing_address()
    if first_public(address) is None:
        return from_document(named_here(configuration.document, None, lambda _: NOWHERE))
    database = environ.get("OUTSCOPE_GEOIP_COUNTRY")
    places = Places(Path(database) if database else None)
    try:
        return from_document(named_here(configuration.document, address, places.of))
    finally:
        places.close()


def named_here(
    document: Mapping[str, Any],
    address: str | None,
    place: Callable[[str | None], Place],
    host: str | None = None,
) -> dict[str, Any]:
    """The document whose region `here` is named by the country that the `address` is in, when it is
    a public one and known, else by the name of the `host`. A document without it stays as it is.
    """
    country = place(address).country if first_public(address) else None
    called = country_name(country) if country else host_name(host or socket.gethostname())
    told = {"name": called, **({"country": country} if country else {})}
    regions = [
        {**region, **told} if region["id"] == HERE else region
        for region in document.get("regions", ())
    ]
    return {**document, "regions": regions}


def host_name(host: str) -> str:
    """The host's own name without its domain, as far as people can read it."""
    short = "".join(letter for letter in host.partition(".")[0] if letter.isprintable()).strip()
    return short[:MOST_NAME] or "This machine"


def country_name(code: str) -> str:
    """The country's name where the system knows it, else its code."""
    for folder in TZPATH:
        try:
            lines = (Path(folder) / _COUNTRIES).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            continue
        named = dict(line.split("\t", 1) for line in lines if line[:1] != "#" and "\t" in line)
        if code in named:
            return named[code].strip()[:MOST_NAME] or code
    return code
