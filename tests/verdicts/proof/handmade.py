"""Outcomes made by hand."""

from typing import Any

from tests.verdicts.proof.outcome import Outcome


def outcome(**changed: Any) -> Outcome:
    """A trial in which all went well, but for what is changed."""
    usual: dict[str, Any] = {
        "id": "faults 8x2 0",
        "part": "faults",
        "fleet": "8x2",
        "scenario": "worker-network-dead",
        "family": "ours",
        "seed": 2_000_000,
        "target_days": 0.1,
        "false_incidents": 0,
        "false_alarms": 0,
        "false_wide": 0,
        "cases": 0,
        "found": 0,
        "right_at_3": 0,
        "severity_at_3": 0,
        "severity_at_end": 0,
        "results": 1000,
        "cpu_s": 1.0,
        "took_s": 2.0,
        "samples_json": "[]",
        "said_json": "[]",
    }
    return Outcome(**(usual | changed))
