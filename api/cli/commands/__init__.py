"""One file a command. The table says under which heading each is listed, and which extras bring
all that it needs.

`api.cli.app` puts them together. Nothing is imported here, so that the table can be read wherever
Outscope is installed, however little of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_HERE: Final = "Everything on this machine"
_READING: Final = "Reading what it says"
_DECIDING: Final = "Deciding what it looks at"
_SEPARATE: Final = "Separate processes"
_MEASURING: Final = "Measuring"
_KEEPING: Final = "Keeping it well"


@dataclass(frozen=True, slots=True)
class Command:
    """A command or a group of them: in its module a function of its name, or an `app`."""

    name: str
    heading: str
    extras: tuple[str, ...]
    elsewhere: str = ""

    @property
    def module(self) -> str:
        """The module that it is in."""
        return self.elsewhere or f"{__name__}.{self.name}"


_PROCESSES: Final = f"{__name__}.processes"
COMMANDS: Final[Mapping[str, Command]] = {
    command.name: command
    for command in (
        Command("up", _HERE, ("all",), _PROCESSES),
        Command("demo", _HERE, ("all",)),
        Command("status", _READING, ("cli",)),
        Command("incidents", _READING, ("cli",)),
        Command("vendors", _READING, ("cli",)),
        Command("history", _READING, ("cli",)),
        Command("explain", _READING, ("cli",)),
        Command("regions", _READING, ("cli",)),
        Command("advice", _READING, ("cli",)),
        Command("look", _READING, ("cli",)),
        Command("me", _READING, ("worker", "coordinator")),
        Command("results", _READING, ("cli",)),
        Command("export", _READING, ("cli",)),
        Command("dataset", _READING, ("coordinator",)),
        Command("sql", _READING, ("analysis",)),
        Command("replay", _READING, ("coordinator",)),
        Command("compare", _READING, ("coordinator",)),
        Command("simulate", _READING, ("coordinator",)),
        Command("apply", _DECIDING, ("coordinator",)),
        Command("probe", _DECIDING, ("worker", "coordinator")),
        Command("key", _SEPARATE, ("coordinator",)),
        Command("doctor", _KEEPING, ("coordinator",)),
        Command("archive", _KEEPING, ("coordinator",)),
        Command("backup", _KEEPING, ("coordinator",)),
        Command("restore", _KEEPING, ("coordinator",)),
        Command("coordinator", _SEPARATE, ("coordinator",), _PROCESSES),
        Command("writer", _SEPARATE, ("coordinator",)),
        Command("api", _SEPARATE, ("api",), _PROCESSES),
        Command("otel", _SEPARATE, ("otel",)),
        Command("relay", _SEPARATE, ("api",), _PROCESSES),
        Command("worker", _SEPARATE, ("worker", "cli")),
        Command("config", _DECIDING, ("coordinator",)),
        Command("bench", _MEASURING, ("all",), "api.cli.bench"),
        Command("ingest", _SEPARATE, ("coordinator",)),
        Command("broker", _SEPARATE, ("coordinator",)),
        Command("region", _KEEPING, ("coordinator",)),
        Command("mcp", _READING, ("mcp",)),
        Command("notify", _KEEPING, ("coordinator",)),
        Command("maintenance", _DECIDING, ("coordinator",)),
        Command("audit", _KEEPING, ("coordinator",)),
        Command("token", _KEEPING, ("coordinator",)),
    )
}
