"""How a file writes where a borrowed region is, and what may be spent and told there."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from worker.contract.borrowing.rules import FREE_TESTS
from worker.contract.target import read_hosts

_Word = Annotated[str, Field(min_length=1, max_length=100)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class LocationEntry(_Entry):
    """Where a borrowed region is. All that is given must hold for a probe."""

    continent: Literal["AF", "AN", "AS", "EU", "NA", "OC", "SA"] | None = None
    """Code of the continent."""
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    """ISO 3166 code of two capital letters."""
    city: _Word | None = None
    """Name of the city in English."""
    asn: Annotated[int, Field(ge=1, le=4_294_967_295)] | None = None
    """Number of the network."""
    network: _Word | None = None
    """Name of the network, such as `Deutsche Telekom AG`."""
    limit: Annotated[int, Field(ge=1, le=10)] = 1
    """Probes that look each time. Each costs a test; a look is well when half of them see it
    well.
    """

    @model_validator(mode="after")
    def _is_somewhere(self) -> "LocationEntry":
        if not self.model_dump(exclude={"limit"}, exclude_none=True):
            raise ValueError("must name a place, such as {country: JP} or {city: Tokyo}")
        return self


def _hosts(entries: tuple[str, ...]) -> tuple[str, ...]:
    read_hosts(entries)
    return entries


class GlobalpingEntry(_Entry):
    """What borrowed regions may spend, and whom they may be told of."""

    tests_per_hour: Annotated[int, Field(ge=1, le=100_000)] = FREE_TESTS
    """Tests an hour that the API allows: 250 for an address without an account, 500 with one."""
    keep: Annotated[float, Field(ge=0, le=0.95, allow_inf_nan=False)] = 0.5
    """The part of them that is kept for looks that confirm a suspicion."""
    hosts: Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_hosts)] | None = None
    """The only hosts that may be looked at from there: names, `.domains` with everything below,
    and networks. All public ones when left out.
    """
