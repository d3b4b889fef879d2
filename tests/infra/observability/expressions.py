"""The expressions of rules and dashboards, and the metrics that they ask for."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "infra" / "observability"
RULES = FOLDER / "prometheus" / "outscope.rules.yaml"
DASHBOARDS = sorted((FOLDER / "grafana").glob("*.json"))
METRIC = re.compile(r"\boutscope_[a-z0-9_]+")
LABEL = re.compile(r'([a-z_]+)(?:=~|!~|!=|=)"([^"]*)"')


def alerts() -> list[dict[str, Any]]:
    """The rules as Prometheus reads them."""
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboards() -> dict[str, dict[str, Any]]:
    """The dashboards by the name of their file."""
    return {path.stem: json.loads(path.read_text()) for path in DASHBOARDS}


def expressions() -> list[str]:
    """All of them."""
    found = [rule["expr"] for rule in alerts()]
    for document in dashboards().values():
        for panel in document["panels"]:
            found += [target["expr"] for target in panel["targets"]]
    return found
