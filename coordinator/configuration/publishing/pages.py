"""The status pages that a canonical document means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coordinator.domain.model.topology import Role, Service, Topology
from coordinator.domain.notifying.rule import Rule

BRAND: Final = "#1f4e79"
MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class PublicPage:
    """A status page for everybody. Without `services` it shows those that are public."""

    id: str
    title: str
    logo: str = ""
    """The image as a `data:` URL; empty when there is none."""
    home: str = ""
    brand: str = BRAND
    brand_dark: str = BRAND
    services: tuple[str, ...] | None = None
    regions: bool = True
    tells: bool = False
    """Whether its readers may ask to be told."""
    mail: str = ""
    """The account that mail is sent from, as it is written; empty when none is sent."""
    webhooks: bool = False
    most: int = 0
    """So many are told at most."""

    def shows(self, topology: Topology) -> list[Service]:
        """The services on it, in its order."""
        if self.services is None:
            return [one for one in topology.services if one.public and one.role is Role.SERVICE]
        named = (topology.service.get(name) for name in self.services)
        return [one for one in named if one is not None and one.role is Role.SERVICE]


def page_rules(document: Mapping[str, Any], topology: Topology) -> Mapping[str, PublicPage]:
    """The pages that tell of what they show, by the id of the rule by which they do."""
    pages = {f"/{page.id}": page for page in pages_of(document)}
    return {name: one for name, one in pages.items() if one.tells and one.shows(topology)}


def rule_of(name: str, page: PublicPage, topology: Topology) -> Rule:
    """Tells of every incident of what the page shows."""
    return Rule(name, frozenset(one.id for one in page.shows(topology)))


def pages_of(document: Mapping[str, Any]) -> Sequence[PublicPage]:
    """Every status page, in the order of the file."""
    return [_page(entry) for entry in document.get("status_pages", ())]


def _page(entry: Mapping[str, Any]) -> PublicPage:
    colours = entry.get("colours", {})
    brand = colours.get("brand", BRAND)
    subscribe = entry.get("subscribe", {})
    return PublicPage(
        id=entry["id"],
        title=entry["title"],
        logo=entry.get("logo", ""),
        home=entry.get("home", ""),
        brand=brand,
        brand_dark=colours.get("brand_dark", brand),
        services=tuple(entry["services"]) if "services" in entry else None,
        regions=entry.get("regions", True),
        tells="subscribe" in entry,
        mail=subscribe.get("mail", ""),
        webhooks=subscribe.get("webhooks", False),
        most=subscribe.get("most", MOST),
    )
