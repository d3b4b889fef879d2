"""The views of the page: their addresses in the story, and what is there when one is drawn."""

from typing import Final

VIEWS: Final = {
    "overview": ("/", ".place[data-state=bad]"),
    "service": ("/services/claude", ".day + .day, .chart"),
    "incident": ("/incidents/claude-0001", ".replay .cell"),
    "incidents": ("/incidents", "[data-key=claude-0001]"),
    "explore": ("/explore?since=24h&by=region", "[data-read=true] ~ section .rows, [data-command]"),
    "replay": ("/explore/replay", "[name=begin]"),
}
FIRST_RUN: Final = ("/", ".first-run")
