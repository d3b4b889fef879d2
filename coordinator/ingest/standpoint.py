"""Where a report was made, in the short form in which it stands in its results. Pure."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Final

from coordinator.domain.model.standpoint import Standpoint
from coordinator.geodata.places import Place
from worker.contract.message import Whereabouts
from worker.contract.target import first_public

_BYTES: Final = 4
"""Enough to tell some hundred workers apart."""


def standpoint_of(told: Whereabouts | None, place: Callable[[str | None], Place]) -> Standpoint:
    """The standpoint of who told this: hashes, whatever was told; empty for who tells nothing.

    Of its addresses the public one counts, be it what others see or what it looks from.
    """
    if told is None:
        return Standpoint()
    outside = public_address(told)
    return Standpoint(
        _short(told.host), _short(told.boot_id), _short(outside or ""), _named(place(outside))
    )


def public_address(told: Whereabouts) -> str | None:
    """The public address by which others see the worker, as far as it is known."""
    return first_public(told.outside, told.source)


def country_of(told: Whereabouts | None, place: Callable[[str | None], Place]) -> str | None:
    """The country of the worker's public address, as far as both are known."""
    return None if told is None else place(public_address(told)).country


def _named(place: Place) -> str:
    """Country and network, as far as they are known."""
    known = (place.country, None if place.asn is None else f"AS{place.asn}")
    return "-".join(filter(None, known))


def _short(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=_BYTES).hexdigest() if text else ""
