"""The shape of a configuration file. Validation happens here and becomes the JSON Schema for
editors.
"""

from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from coordinator.configuration.borrowing.entries import GlobalpingEntry, LocationEntry
from coordinator.configuration.circumstances.entries import MaintenanceEntry, Targets
from coordinator.configuration.circumstances.keeping import KeepEntry
from coordinator.configuration.duration import PATTERN, milliseconds
from coordinator.configuration.judge import Judge
from coordinator.configuration.notifying.entries import NotifyEntry
from coordinator.configuration.publishing.entries import PublicPageEntry
from coordinator.configuration.reading.names import Name
from coordinator.configuration.reading.wording import COUNTRY
from worker.contract.message import IDENTIFIER
from worker.contract.target import plain_host, read_hosts

Identifier = Annotated[str, Field(pattern=IDENTIFIER)]
DEFAULT_INTERVAL: Final = 30_000


def _between(low_ms: int, high_ms: int, said: str) -> Any:
    def check(amount: int) -> int:
        if not low_ms <= amount <= high_ms:
            raise ValueError(f"must be {said}")
        return amount

    return Annotated[
        int,
        BeforeValidator(milliseconds),
        AfterValidator(check),
        WithJsonSchema({"type": "string", "pattern": PATTERN, "examples": ["30s", "5m"]}),
    ]


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or any(letter.isspace() for letter in text):
        raise ValueError(
            f"{text!r} is not a web address; write it in full, such as https://status.example.com"
        )
    return text


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class RegionEntry(_Entry):
    """A geographic area to look from. One worker or more runs there."""

    id: Identifier
    """Becomes part of queue names and addresses: small letters, digits, `-` and `_`."""
    name: Name | None = None
    """What people call it."""
    country: Annotated[str, Field(pattern=COUNTRY)] | None = None
    """ISO 3166 code of two capital letters; left out, nobody knows."""
    continent: Literal["AF", "AN", "AS", "EU", "NA", "OC", "SA"] | None = None
    """Code of the continent."""
    latitude: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    """Degrees north of the equator."""
    longitude: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    """Degrees east of Greenwich."""
    provider: Name | None = None
    """Whose network the workers there stand in; regions of one provider can fail together."""
    via: Literal["globalping"] | None = None
    """`globalping`: no worker of yours stands there; probes of that public network look."""
    location: LocationEntry | None = None
    """Where Globalping looks from, when it does."""
    simulated: bool = False
    """A place that is only played, as in rehearsals on one machine: its workers count as a vantage
    point of their own, whatever machine or address they share with others.
    """
    refuse_elsewhere: bool = False
    """Refuse what workers report whose public address is known to be in another country."""
    workers: Literal["here", "joined"] = "here"
    """Whose workers it has. `here`: `outscope up` starts one on its own machine. `joined`: only
    those that joined or are started elsewhere.
    """


class StatusPageEntry(_Entry):
    """Where the vendor publishes its own view."""

    provider: Identifier
    """The software behind the page, such as `statuspage`."""
    url: Annotated[str, AfterValidator(_web_address)]
    """Address of the page."""


class CheckEntry(_Entry):
    """A standing order to look at one endpoint. Other keys are the parameters of its kind."""

    model_config = ConfigDict(extra="allow")

    id: Identifier
    """Unique among all checks."""
    kind: str
    """How to look: `http`, `tcp`, `tls`, `dns`, ..."""
    interval: _between(100, 86_400_000, "between 100ms and 1d") = DEFAULT_INTERVAL  # type: ignore[valid-type]
    """How often to look from each region."""
    timeout: _between(10, 300_000, "between 10ms and 5m") | None = None  # type: ignore[valid-type]
    """How long one look may take; 10s, or the interval when that is shorter."""
    regions: Annotated[tuple[Identifier, ...], Field(min_length=1)] | None = None
    """The regions to look from; all when left out."""
    borrowed: bool = True
    """Whether it may be looked at from borrowed regions, where strangers see it."""


class ComponentEntry(_Entry):
    """A feature that users can tell apart from the others."""

    id: Identifier
    """Unique within its service."""
    name: Name | None = None
    """What people call it."""
    checks: Annotated[tuple[CheckEntry, ...], Field(min_length=1)]
    """How it is looked at."""


class ServiceEntry(_Entry):
    """What people depend on; or, as a reference, what tells whether a vantage point is fit to
    speak.
    """

    id: Identifier
    """Unique among all services."""
    name: Name | None = None
    """What people call it."""
    role: Literal["service", "reference"] = "service"
    """`reference` for independent, very reliable endpoints that are not judged themselves."""
    status_page: StatusPageEntry | None = None
    """Where the vendor publishes its own view."""
    depends_on: Targets | None = None
    """Other services that it needs, or components of them: `[claude/api]`."""
    hold_opening: _between(1_000, 600_000, "between 1s and 10m") | None = None  # type: ignore[valid-type]
    """So long nobody is told that it fails, unless something that it depends on fails, too."""
    keep: KeepEntry | None = None
    """How long its results and rollups are kept, where that is not as for all."""
    public: bool = False
    """Whether everybody who reaches the API may read how it is, without a token: its history, and
    what shows it elsewhere (Statuspage, feed, badge). Nothing else is public by it.
    """
    components: Annotated[tuple[ComponentEntry, ...], Field(min_length=1)]
    """Its features."""


def _spelled(limits: dict[str, float]) -> dict[str, float]:
    return {plain_host(host): limit for host, limit in limits.items()}


class Politeness(_Entry):
    """How often one host may be asked, all checks and regions together. A host inside your own
    network has no limit.
    """

    looks_per_s: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 10
    """Looks a second that any one host gets at most."""
    hosts: Annotated[
        dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]], AfterValidator(_spelled)
    ] = {}
    """Other limits for hosts that agreed to them, by name."""

    def most(self, host: str) -> float:
        """Looks a second that this host gets at most."""
        return self.hosts.get(host, self.looks_per_s)


def _hosts(entries: tuple[str, ...]) -> tuple[str, ...]:
    read_hosts(entries)
    return entries


class SecretEntry(_Entry):
    """A secret of the workers, and whom it is for. Say the same to the workers."""

    hosts: Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_hosts)]
    """Hosts, `.domains` with everything below, and networks: `[shop.example.com, .example.org]`."""


class Document(_Entry):
    """What Outscope looks at, and from where."""

    include: tuple[str, ...] = ()
    """Other files (relative to this one) and built-in parts such as `catalog:claude`."""
    regions: tuple[RegionEntry, ...] = ()
    """Where to look from."""
    services: tuple[ServiceEntry, ...] = ()
    """What to look at."""
    politeness: Politeness = Politeness()
    """How often one host may be asked."""
    secrets: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")], SecretEntry] = {}
    """Whom secrets may go to, by their names: `shop_key` is OUTSCOPE_SECRET_SHOP_KEY. With any
    here, a check that sends one that is not here, or sends it to another host, is a mistake.
    """
    globalping: GlobalpingEntry | None = None
    """What borrowed regions may spend, and whom they may be told of."""
    notify: tuple[NotifyEntry, ...] = ()
    """Who is to be told of incidents."""
    maintenance: Annotated[tuple[MaintenanceEntry, ...], Field(max_length=1000)] = ()
    """Announced maintenance: looks go on, messages wait."""
    status_pages: Annotated[tuple[PublicPageEntry, ...], Field(max_length=100)] = ()
    """Status pages for everybody, at `/status/ID`."""
    judge: Judge = Field(default_factory=Judge)  # type: ignore[valid-type]
    """Thresholds; the defaults need no tuning."""
