"""The chart is linted and rendered by Helm itself. What comes out is checked against the schemas of
Kubernetes, and against what the product understands.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import helm_python as helm
import kubernetes_validate
import pytest
import yaml

from tests.infra.spoken import mistake, unknown_settings

ROOT = Path(__file__).resolve().parents[3]
CHART = ROOT / "infra" / "helm" / "outscope"
OLDEST, NEWEST = "1.28", "1.34"
EVERYTHING: dict[str, Any] = {
    "brokerPublic": "rediss://broker.example.com:6379/0",
    "brokerCa": True,
    "heartbeatKey": "heartbeat_url",
    "coordinator": {"notifySecret": "notify"},
    "api": {"publicUrl": "https://outscope.example.com", "publicHosts": ["status.example.com"],
            "relayBroker": "rediss://valkey:6379/0"},
    "ingress": {"enabled": True, "className": "nginx", "tlsSecret": "tls"},
    "workers": [{"name": "eu-west", "url": "https://outscope.example.com", "tokenSecret": "join"}],
    "networkPolicy": {
        "apiFrom": [{"namespaceSelector": {"matchLabels": {"name": "ingress"}}}],
    },
    "nodeSelector": {"disk": "ssd"},
    "tolerations": [{"key": "x", "operator": "Exists"}],
    "imagePullSecrets": [{"name": "registry"}],
}  # fmt: skip
CASES = {"as it comes": {}, "with everything": EVERYTHING}


def rendered(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The manifests that an installation would send to the cluster."""
    files = helm.Chart.load(CHART).render(dict(values), name="prod", namespace="watch")
    found = []
    for name, text in files.items():
        if name.endswith(".yaml"):
            found += [one for one in yaml.safe_load_all(text) if one]
    return found


def kinds(values: Mapping[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """The manifests by kind and name."""
    return {(one["kind"], one["metadata"]["name"]): one for one in rendered(values)}


def pods(values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The pods' specifications."""
    for one in rendered(values):
        if "template" in one.get("spec", {}):
            yield one["spec"]["template"]["spec"]


@pytest.mark.parametrize("values", CASES.values(), ids=CASES)
def test_helm_finds_nothing_wrong(values: dict[str, Any]) -> None:
    found = helm.lint(CHART, values, strict=True)
    assert found["errors"] == []
    assert {one["error"] for one in found["messages"]} <= {"icon is recommended"}


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("values", CASES.values(), ids=CASES)
def test_every_manifest_keeps_to_the_schema_of_kubernetes(
    values: dict[str, Any], version: str
) -> None:
    found = rendered(values)
    assert len(found) >= 10
    for one in found:
        kubernetes_validate.validate(one, version, strict=True)


@pytest.mark.parametrize("values", CASES.values(), ids=CASES)
def test_each_command_and_variable_exists(values: dict[str, Any]) -> None:
    for pod in pods(values):
        for container in pod["containers"]:
            assert mistake(container["command"]) == ""
            names = {one["name"]: one for one in container["env"]}
            assert unknown_settings(names) == []
            assert len(names) == len(container["env"])


def test_each_file_that_a_setting_names_is_in_the_secret_that_values_tell_of() -> None:
    told = (CHART / "values.yaml").read_text()
    named = set()
    for pod in pods({**EVERYTHING, "heartbeatKey": ""}):
        for container in pod["containers"]:
            values = [str(one.get("value", "")) for one in container["env"]]
            named |= {
                text.rpartition("/")[2] for text in values if text.startswith("/run/secrets/")
            }
    assert named == {"broker_ca", "broker_url", "database_url", "signing_key"}
    for key in named:
        assert key in told


@pytest.mark.parametrize("values", CASES.values(), ids=CASES)
def test_no_pod_has_a_right_that_it_does_not_need(values: dict[str, Any]) -> None:
    for pod in pods(values):
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in pod["containers"]:
            confined = container["securityContext"]
            assert confined["readOnlyRootFilesystem"] is True
            assert confined["allowPrivilegeEscalation"] is False
            assert confined["capabilities"] == {"drop": ["ALL"]}
            assert "limits" in container["resources"]


def test_selectors_find_the_pods_and_each_other() -> None:
    found = rendered(EVERYTHING)
    labels = [
        one["spec"]["template"]["metadata"]["labels"]
        for one in found
        if "template" in one.get("spec", {})
    ]
    for one in found:
        spec = one.get("spec", {})
        wanted = spec.get("podSelector") or spec.get("selector") or {}
        wanted = wanted.get("matchLabels", wanted)
        if wanted:
            assert any(wanted.items() <= has.items() for has in labels), one["metadata"]["name"]


def test_the_pair_the_budgets_the_scaler_and_the_walls_are_there() -> None:
    found = kinds(EVERYTHING)
    assert found["Deployment", "prod-coordinator"]["spec"]["replicas"] == 2
    scaler = found["HorizontalPodAutoscaler", "prod-api"]["spec"]
    assert scaler["scaleTargetRef"]["name"] == "prod-api"
    assert "replicas" not in found["Deployment", "prod-api"]["spec"]  # the scaler's to say
    for name in ("coordinator", "writer", "api"):
        assert found["PodDisruptionBudget", f"prod-{name}"]["spec"]["maxUnavailable"] == 1
    walls = {name for kind, name in found if kind == "NetworkPolicy"}
    assert walls == {
        f"prod-{one}" for one in ("coordinator", "writer", "configure", "worker", "api")
    }
    api = found["NetworkPolicy", "prod-api"]["spec"]["ingress"][0]["from"]
    assert EVERYTHING["networkPolicy"]["apiFrom"][0] in api
    assert "NetworkPolicy" not in {k for k, _ in kinds({"networkPolicy": {"enabled": False}})}


def test_it_is_asked_under_the_names_that_people_and_the_cluster_use() -> None:
    (container,) = next(
        one["spec"]["template"]["spec"]["containers"]
        for one in rendered(EVERYTHING)
        if one["metadata"]["name"] == "prod-api" and one["kind"] == "Deployment"
    )
    env = {one["name"]: one.get("value") for one in container["env"]}
    hosts = ["prod-api", "prod-api.watch", "status.example.com", "outscope.example.com"]
    assert env["OUTSCOPE_PUBLIC_HOSTS"].split(",") == hosts


def test_the_configuration_that_comes_with_it_is_a_valid_one(tmp_path: Path) -> None:
    from api.configuration import parameter_models
    from coordinator.configuration import load_configuration

    text = kinds({})["ConfigMap", "prod-configuration"]["data"]["outscope.yaml"]
    (tmp_path / "outscope.yaml").write_text(text)
    assert load_configuration(tmp_path / "outscope.yaml", parameter_models()).topology.checks


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"coordinator": {"replicas": 0}}, "replicas"),
        ({"coordinater": {"replicas": 2}}, "coordinater"),
        ({"brokerPublic": "https://x"}, "brokerPublic"),
        ({"logLevel": "LOUD"}, "logLevel"),
        ({"workers": [{"name": "EU", "url": "x", "tokenSecret": "t"}]}, "workers"),
    ],
)
def test_wrong_values_are_refused_by_name(values: dict[str, Any], named: str) -> None:
    with pytest.raises(helm.HelmError, match=named):
        helm.Chart.load(CHART).validate_schema(values)


def test_the_versions_are_those_of_the_product() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert (chart["version"], chart["appVersion"]) == (version, version)


def test_every_value_is_described_by_the_schema_and_used() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    templates = "".join(path.read_text() for path in (CHART / "templates").iterdir())
    for name, inner in values.items():
        assert re.search(rf"\.Values\.{name}\b", templates), name
        for part in inner if isinstance(inner, dict) and name != "configuration" else ():
            if name not in ("nodeSelector", "workerResources"):
                assert re.search(rf"\.Values\.{name}\.{part}\b", templates), f"{name}.{part}"
