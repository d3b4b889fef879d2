"""What a token may do. One scope is no part of another: a token has those that it was given."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    """What a caller is let do; each address of the API asks for one."""

    READ = "read"
    WRITE = "write"
    OPERATE = "operate"
    EXPORT = "export"


MEANING: Final[Mapping[Scope, str]] = {
    Scope.READ: "reads what is known: verdicts, incidents, regions, results in pages, metrics",
    Scope.WRITE: "changes what is looked at: the configuration, maintenance",
    Scope.OPERATE: "works it: looks at once, sees to workers and tokens, reads the audit log",
    Scope.EXPORT: "takes results and other records away in bulk",
}
