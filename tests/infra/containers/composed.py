"""A compose file as the engine would read it: with its variables filled in."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[3] / "infra" / "containers"
FILES = ("compose.yaml", "compose.region.yaml")
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
GIVEN = {
    "OUTSCOPE_SITE": "outscope.test",
    "OUTSCOPE_ACCESS": "open",  # the looks here are asked for without a token
    "OUTSCOPE_BROKER_NAME": "broker.test",
    "OUTSCOPE_URL": "https://outscope.test",
    "OUTSCOPE_JOIN_TOKEN": "osj_" + "a" * 32,
}


def composed(name: str, given: Mapping[str, str] = GIVEN) -> dict[str, Any]:
    """The document of a compose file."""

    def value(found: re.Match[str]) -> str:
        told = given.get(found[1], "")
        if not told and found[2] == "?":
            raise KeyError(f"{found[1]}: {found[3]}")
        return told or (found[3] if found[2] == "-" else "")

    def filled(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: filled(inner) for key, inner in part.items()}
        if isinstance(part, list):
            return [filled(inner) for inner in part]
        return VARIABLE.sub(value, part) if isinstance(part, str) else part

    return dict(filled(yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))))


def services(name: str, given: Mapping[str, str] = GIVEN) -> dict[str, dict[str, Any]]:
    """Its services."""
    return dict(composed(name, given)["services"])


def ours(service: Mapping[str, Any]) -> bool:
    """Whether a service runs our image."""
    return str(service["image"]).startswith("outscope")
