"""The parameters of the kind `vendor_status`."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from worker.contract.kind import CheckParams
from worker.contract.message import IDENTIFIER
from worker.contract.target import Target, asked_at
from worker.probes.kinds.vendor_status import google_cloud, statuspage
from worker.probes.parameters.header import Headers
from worker.probes.parameters.place import IpVersion
from worker.probes.parameters.web_address import WebAddress

Provider = Literal["statuspage", "incident_io", "google_cloud", "google_ai", "aws", "azure", "rss"]
_PATHS: Mapping[Provider, str] = {
    "statuspage": statuspage.PATH,
    "incident_io": statuspage.PATH,
    "google_cloud": google_cloud.PATH,
}
"""What follows the address of a page, for providers that have pages of the same form everywhere."""


def _ours(components: Mapping[str, str]) -> Mapping[str, str]:
    for name, component in components.items():
        if not re.fullmatch(IDENTIFIER, component):
            raise ValueError(f"{component!r}, for {name!r}, is not the id of a component")
    return components


class VendorStatusParams(CheckParams):
    """Where the vendor speaks, in which form, and what its names mean here."""

    votes: ClassVar[bool] = False
    means_components: ClassVar[str | None] = "components"

    provider: Provider = Field(
        description=(
            "The form: statuspage (Atlassian), incident_io, google_cloud (Workspace, too),"
            " google_ai, aws (the events of its Health Dashboard), azure, or rss for any RSS or"
            " Atom feed."
        )
    )
    url: WebAddress = Field(
        description=(
            "Address of the status page, for statuspage, incident_io and google_cloud; else of the"
            " feed itself."
        )
    )
    components: Annotated[Mapping[str, str], AfterValidator(_ours)] = Field(
        default={},
        description=(
            "The vendor's name of a component to the id of the component here that it means."
        ),
    )
    only: tuple[str, ...] = Field(
        default=(),
        description=(
            "Keep the incidents whose title, components or regions hold one of these texts;"
            " default: all."
        ),
    )
    hours: float = Field(
        default=24,
        gt=0,
        le=24 * 90,
        description="Incidents that are over are kept for so long after the last word.",
    )
    about: Literal["incidents", "maintenance"] = Field(
        default="incidents",
        description="What of a page of statuspage or incident_io: incidents, or announced"
        " maintenance.",
    )
    may_be_empty: bool = Field(
        default=False,
        description="Whether a feed without any item is heard. A broken feed can look like that.",
    )
    headers: Headers = Field(
        default={}, description="Further request headers; may hold ${env:OUTSCOPE_SECRET_NAME}."
    )
    ip_version: IpVersion = Field(default="any", description="Look over IPv4 or IPv6 only.")

    def targets(self) -> tuple[Target, ...]:
        """Whom the page's address names."""
        return (asked_at(self.address),)

    @cached_property
    def address(self) -> str:
        """Where the incidents are."""
        path = _PATHS.get(self.provider, "")
        if self.about == "maintenance":
            path = path.replace(statuspage.PATH, statuspage.MAINTENANCE_PATH)
        return self.url if not path or self.url.endswith(".json") else self.url.rstrip("/") + path

    @cached_property
    def mapping(self) -> Mapping[str, str]:
        """`components`, however the vendor writes capitals."""
        return {name.casefold(): component for name, component in self.components.items()}
