"""`python -m infra.observability.write` writes rules, their tests, dashboards and runbook from the
code; with `--check` it fails when a file differs.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from infra.observability.alert import Alert
from infra.observability.dashboards import DASHBOARDS, document
from infra.observability.ourselves import OURSELVES
from infra.observability.vantages import VANTAGES

ROOT: Final = Path(__file__).resolve().parents[2]
HERE: Final = Path("infra/observability")
RUNBOOK: Final = Path("docs/runbooks")
ALERTS: Final = (*OURSELVES, *VANTAGES)
_NOTICE: Final = (
    "Written by `make reference` from infra/observability; edit the code there instead."
)
_LINK: Final = "{{ $externalLabels.outscope_docs }}/runbooks/"
_DOCS: Final = "https://docs.example.com/outscope"
_SEVERITIES: Final = {
    "page": "wakes somebody",
    "ticket": "waits for the morning",
    "deadman": "always fires, and is missed when it does not",
}


def files() -> dict[Path, str]:
    """Every file by its path."""
    made = {
        HERE / "prometheus/outscope.rules.yaml": _yaml(rules()),
        HERE / "prometheus/outscope.rules.test.yaml": _yaml(tests()),
        RUNBOOK / "README.md": "\n".join(index()),
    }
    for name, (title, panels) in DASHBOARDS.items():
        text = json.dumps(document(name, title, panels), indent=2, ensure_ascii=False)
        made[HERE / f"grafana/{name}.json"] = f"{text}\n"
    for alert in ALERTS:
        made[RUNBOOK / f"{alert.name}.md"] = "\n".join(page(alert))
    return made


def rules() -> dict[str, Any]:
    """The rules of Prometheus."""
    groups = {"outscope-ourselves": OURSELVES, "outscope-vantages": VANTAGES}
    return {
        "groups": [
            {"name": name, "rules": [_rule(alert) for alert in alerts]}
            for name, alerts in groups.items()
        ]
    }


def _rule(alert: Alert) -> dict[str, Any]:
    return {
        "alert": alert.name,
        "expr": alert.expr,
        "for": alert.wait,
        "labels": {"severity": alert.severity},
        "annotations": {
            "summary": alert.summary,
            "description": alert.means,
            "runbook_url": f"{_LINK}{alert.name}/",
        },
    }


def tests() -> dict[str, Any]:
    """What promtool tries: each alert fires, and does not when it must not."""
    return {
        "rule_files": ["outscope.rules.yaml"],
        "evaluation_interval": "1m",
        "tests": [test for alert in ALERTS for test in _tests(alert)],
    }


def _tests(alert: Alert) -> Iterator[dict[str, Any]]:
    fired = {
        "exp_labels": {**alert.labels, "severity": alert.severity},
        "exp_annotations": {
            "summary": alert.told(),
            "description": alert.means,
            "runbook_url": f"{_DOCS}/runbooks/{alert.name}/",
        },
    }
    yield _test(f"{alert.name} fires", alert, alert.fires, [fired])
    if alert.quiet:
        yield _test(f"{alert.name} does not fire", alert, alert.quiet, [])


def _test(name: str, alert: Alert, series: Any, expected: list[Any]) -> dict[str, Any]:
    return {
        "name": name,
        "interval": "1m",
        "external_labels": {"outscope_docs": _DOCS},
        "input_series": [
            {"series": one, "values": _steps(values)} for one, values in series.items()
        ],
        "alert_rule_test": [
            {"eval_time": alert.after, "alertname": alert.name, "exp_alerts": expected}
        ],
    }


def _steps(values: str) -> str:
    """The same in the notation that older promtools know too: `1x30` is `1+0x30`."""
    return re.sub(r"(^| )([\d.]+)x", r"\1\2+0x", values)


def index() -> Iterator[str]:
    """The first page of the runbook."""
    yield f"<!-- {_NOTICE} -->\n\n# Runbook\n"
    yield "A page for each alert of `infra/observability/prometheus/outscope.rules.yaml`, each of which is fired"
    yield "by a test. Prometheus' `external_labels: {outscope_docs: ...}` says where these pages are, so that"
    yield "alerts link to them.\n"
    for severity, about in _SEVERITIES.items():
        yield f"## `{severity}`: {about}\n\n| alert | says |\n|---|---|"
        for alert in ALERTS:
            if alert.severity == severity:
                said = alert.summary.replace("{{ $labels.", "*").replace(" }}", "*")
                yield f"| [{alert.name}]({alert.name}.md) | {said} |"
        yield ""


def page(alert: Alert) -> Iterator[str]:
    """The page of an alert."""
    yield f"<!-- {_NOTICE} -->\n\n# {alert.name}\n\n{alert.means}\n"
    yield f"It {_SEVERITIES[alert.severity]}. It fires after {alert.wait} of\n\n```promql\n{alert.expr}\n```\n"
    yield "## Look first at\n"
    yield from (f"- {one}" for one in alert.look)
    yield "\n## Then\n"
    yield from (f"- {one}" for one in alert.mend)
    yield ""


def _yaml(made: dict[str, Any]) -> str:
    return f"# {_NOTICE}\n{yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=100)}"


def main() -> int:
    """Write the files, or say which differ."""
    checking = "--check" in sys.argv[1:]
    made = files()
    wrong = [path for path, text in made.items() if not _is(ROOT / path, text)]
    wrong += [
        path.relative_to(ROOT)
        for path in (ROOT / RUNBOOK).glob("*.md")
        if path.relative_to(ROOT) not in made
    ]
    for path in wrong:
        if checking:
            print(f"{path} differs from the code; run: make reference")
        elif path in made:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(made[path], encoding="utf-8")
        else:
            (ROOT / path).unlink()
    return 1 if checking and wrong else 0


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
