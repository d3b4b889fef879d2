"""What to look at: from the API, or from a configuration when that cannot be asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import typer

from api.cli.options.client import Client, RefusedError, UnreachableError
from api.cli.options.configuration_file import load_or_exit
from api.cli.terminal.outside import say
from api.configuration import parameter_models
from api.documents.handed_out import HandedOut, handed_out, references_of
from api.documents.located import FleetHere
from coordinator.configuration.reading.mistake import did_you_mean
from coordinator.domain.model.topology import Role, Topology

WRONG = 1
_UNKNOWN = "unknown_service"


@dataclass(frozen=True, slots=True)
class Plan:
    """The looks to make, and what the fleet says; `unreachable` is why it could not be asked."""

    service: str
    name: str
    looks: list[HandedOut]
    references: list[HandedOut]
    fleet: FleetHere | None
    unreachable: str = ""


def plan(client: Client, service: str, region: str | None, config: Path | None) -> Plan:
    """What to look at; the command ends where there is no such service."""
    try:
        found = client.get("here", "looks", query={"service": service, "region": region})
        return _told(service, found)
    except UnreachableError as error:
        return _alone(service, config, str(error))
    except RefusedError as error:
        if error.code != _UNKNOWN:
            raise
        _end(service, [one["id"] for one in client.get("services")["items"]])


def _told(service: str, found: dict[str, Any]) -> Plan:
    return Plan(service, found["name"], found["looks"], found["references"], found["fleet"])


def _alone(service: str, config: Path | None, why: str) -> Plan:
    """The looks of a configuration of one's own, or of the catalog that comes along."""
    from coordinator.configuration import DEFAULT

    topology: Topology = load_or_exit(config or DEFAULT).judged
    judged = {one.id: one for one in topology.services if one.role is Role.SERVICE}
    if service not in judged:
        say(why, err=True)
        _end(service, judged)
    kinds = parameter_models()
    looks = handed_out(topology.checks_of(service), kinds)
    references = handed_out(references_of(topology), kinds)
    return Plan(service, judged[service].name, looks, references, None, why)


def _end(service: str, known: Iterable[str]) -> NoReturn:
    names = sorted(known)
    listed = f" There is {', '.join(names)}." if names else ""
    say(f"There is no service {service!r}; {did_you_mean(service, names)}.{listed}", err=True)
    raise typer.Exit(WRONG)
