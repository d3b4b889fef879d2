"""The configuration: one YAML file, validated as a whole before anything starts.

A mistake names its file, line and key. Which parameters a kind of check has is handed in by the
caller. May import domain.dependencies, domain.maintenance, domain.model, domain.notifying,
domain.rollups and worker.contract.
"""

from coordinator.configuration.changing.changes import Change, changes
from coordinator.configuration.changing.written import written
from coordinator.configuration.configuration import Configuration, checks_of, from_document
from coordinator.configuration.load import (
    load_configuration,
    load_document,
    unbound_secrets,
    with_borrowed,
    with_region,
)
from coordinator.configuration.reading.includes import DEFAULT, catalog_names
from coordinator.configuration.reading.mistake import ConfigurationError, Mistake
from coordinator.configuration.schema import schema

__all__ = [
    "DEFAULT",
    "Change",
    "Configuration",
    "ConfigurationError",
    "Mistake",
    "catalog_names",
    "changes",
    "checks_of",
    "from_document",
    "load_configuration",
    "load_document",
    "schema",
    "unbound_secrets",
    "with_borrowed",
    "with_region",
    "written",
]
