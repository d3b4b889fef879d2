"""What the API answers, as far as it is read."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Created(_Read):
    """A measurement that was taken on."""

    id: str = Field(min_length=1, max_length=200)
    probes: int = Field(alias="probesCount", ge=0)


class Probe(_Read):
    """Where a test was made."""

    continent: str = ""
    country: str = ""
    state: str | None = None
    city: str = ""
    asn: int | None = None
    network: str = ""

    def told(self) -> dict[str, Any]:
        """As a result carries it."""
        return {name: value for name, value in self.model_dump().items() if value}


class Stats(_Read):
    """What a ping came to."""

    total: int = 0
    rcv: int = 0
    loss: float | None = None


class Trip(_Read):
    """One echo that came back."""

    rtt: float


class Certificate(_Read):
    """What a server showed."""

    authorized: bool = False
    error: str = ""


class Record(_Read):
    """One record of an answer of the DNS."""

    type: str
    value: str


class Test(_Read):
    """One test: a `status` other than in-progress is final."""

    status: str
    raw: str | None = Field(default="", alias="rawOutput")
    address: str | None = Field(default=None, alias="resolvedAddress")
    code: int | None = Field(default=None, alias="statusCode")
    code_name: str | None = Field(default="", alias="statusCodeName")
    head: str | None = Field(default="", alias="rawHeaders")
    body: str | None = Field(default=None, alias="rawBody")
    truncated: bool = False
    tls: Certificate | None = None
    timings: dict[str, float | None] | list[Trip] = Field(default_factory=dict)
    stats: Stats | None = None
    resolver: str | None = None
    answers: tuple[Record, ...] = ()

    def ms(self, name: str) -> float | None:
        """One of its times, in milliseconds; None when it was not measured."""
        return self.timings.get(name) if isinstance(self.timings, dict) else None

    @property
    def round_trips(self) -> list[float]:
        """The times of echoes, in milliseconds."""
        return [trip.rtt for trip in self.timings] if isinstance(self.timings, list) else []


class Seen(_Read):
    """What one probe saw."""

    probe: Probe
    result: Test


class Measurement(_Read):
    """A measurement and how far it is."""

    id: str
    status: str
    results: tuple[Seen, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.status != "in-progress"
