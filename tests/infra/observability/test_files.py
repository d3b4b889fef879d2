"""The tools that read rules and routes accept them, Grafana the dashboards; each alert is fired."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from infra.observability.write import ALERTS, RUNBOOK, files
from tests.infra.observability.expressions import (
    FOLDER,
    ROOT,
    RULES,
    alerts,
    dashboards,
    expressions,
)

PROMETHEUS = RULES.parent
ROUTES = FOLDER / "alertmanager" / "alertmanager.yaml"
needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="no promtool")
needs_amtool = pytest.mark.skipif(shutil.which("amtool") is None, reason="no amtool")
PANEL = {
    "type": "object",
    "required": ["id", "type", "title", "description", "datasource", "gridPos", "targets"],
    "properties": {
        "id": {"type": "integer", "minimum": 1},
        "type": {"enum": ["timeseries", "state-timeline"]},
        "title": {"type": "string", "minLength": 1},
        "gridPos": {
            "type": "object",
            "required": ["x", "y", "w", "h"],
            "additionalProperties": {"type": "integer", "minimum": 0, "maximum": 1000},
        },
        "targets": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["refId", "expr", "legendFormat", "datasource"],
                "properties": {"refId": {"pattern": "^[A-Z]$"}, "expr": {"minLength": 1}},
            },
        },
    },
}
DASHBOARD = {
    "type": "object",
    "required": ["uid", "title", "schemaVersion", "panels", "time", "templating"],
    "properties": {
        "uid": {"type": "string", "pattern": "^[a-z0-9-]{1,40}$"},
        "schemaVersion": {"type": "integer", "minimum": 36},
        "panels": {"type": "array", "minItems": 1, "items": PANEL},
    },
}
"""What Grafana asks of a dashboard; Grafana itself is in no registry that tests reach."""


def run(*command: object, cwd: Path = PROMETHEUS) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=cwd,
    )


def test_the_files_are_those_that_the_code_makes() -> None:
    stale = [str(path) for path, text in files().items() if (ROOT / path).read_text() != text]
    assert stale == [], "run: make reference"
    pages = {path.relative_to(ROOT) for path in (ROOT / RUNBOOK).glob("*.md")}
    assert pages == {path for path in files() if path.parent == RUNBOOK}
    done = run(sys.executable, "-m", "infra.observability.write", "--check", cwd=ROOT)
    assert (done.returncode, done.stdout) == (0, "")


@needs_promtool
def test_prometheus_reads_the_rules_and_its_configuration() -> None:
    for words in (
        ("rules", "--lint=all", "--lint-fatal", RULES.name),
        ("config", "prometheus.yaml"),
    ):
        done = run("promtool", "check", *words)
        assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_each_alert_fires_when_it_shall_and_is_quiet_when_not() -> None:
    done = run("promtool", "test", "rules", "outscope.rules.test.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    tried = yaml.safe_load((PROMETHEUS / "outscope.rules.test.yaml").read_text())["tests"]
    fired = {
        one["alertname"] for test in tried for one in test["alert_rule_test"] if one["exp_alerts"]
    }
    assert fired == {rule["alert"] for rule in alerts()}
    quiet = {test["name"] for test in tried if test["name"].endswith("does not fire")}
    assert len(quiet) == len(ALERTS) - 1  # the watchdog is never quiet


@needs_promtool
def test_an_alert_that_would_not_fire_is_found(tmp_path: Path) -> None:
    text = RULES.read_text()
    assert "outscope_coordinator_age_seconds" in text
    (tmp_path / RULES.name).write_text(text.replace("outscope_coordinator_age_seconds", "renamed"))
    shutil.copy(PROMETHEUS / "outscope.rules.test.yaml", tmp_path)
    done = run("promtool", "test", "rules", "outscope.rules.test.yaml", cwd=tmp_path)
    assert done.returncode != 0
    assert "OutscopeCoordinatorSilent" in done.stdout + done.stderr


@needs_promtool
def test_prometheus_reads_every_expression_of_the_dashboards(tmp_path: Path) -> None:
    rules = [{"record": f"x:{place}", "expr": expr} for place, expr in enumerate(expressions())]
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": rules}]}))
    done = run("promtool", "check", "rules", path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_leads_to_its_page_of_the_runbook() -> None:
    for rule in alerts():
        url = rule["annotations"]["runbook_url"]
        assert url == f"{{{{ $externalLabels.outscope_docs }}}}/runbooks/{rule['alert']}/"
        assert (ROOT / RUNBOOK / f"{rule['alert']}.md").is_file()
    labels = yaml.safe_load((PROMETHEUS / "prometheus.yaml").read_text())["global"]
    assert labels["external_labels"]["outscope_docs"].startswith("https://")


@needs_amtool
def test_alertmanager_reads_its_configuration() -> None:
    done = run("amtool", "check-config", ROUTES)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_amtool
@pytest.mark.parametrize(
    ("severity", "receiver"), [("page", "people"), ("ticket", "tickets"), ("deadman", "deadman")]
)
def test_each_severity_reaches_whom_it_is_for(severity: str, receiver: str) -> None:
    assert severity in {rule["labels"]["severity"] for rule in alerts()}
    words = ("amtool", "config", "routes", "test", f"--verify.receivers={receiver}")
    done = run(*words, f"--config.file={ROUTES}", f"severity={severity}", "alertname=X")
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_silences_others_are_alerts_that_exist() -> None:
    names = {rule["alert"] for rule in alerts()}
    for rule in yaml.safe_load(ROUTES.read_text())["inhibit_rules"]:
        for matcher in (*rule["source_matchers"], *rule["target_matchers"]):
            pattern = matcher.partition('"')[2].rstrip('"')
            assert [name for name in names if re.fullmatch(pattern, name)], matcher


@pytest.mark.parametrize("name", dashboards())
def test_a_dashboard_is_one_that_grafana_imports(name: str) -> None:
    document = dashboards()[name]
    jsonschema_rs.validate(DASHBOARD, document)
    assert document["uid"] == name
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in document["panels"]]
    assert len(set(places)) == len(places)
    ids = [panel["id"] for panel in document["panels"]]
    assert len(set(ids)) == len(ids)
