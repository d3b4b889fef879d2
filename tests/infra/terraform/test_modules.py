"""Terraform itself reads the modules. That of the worker needs no provider, so it is validated
and planned, and what a machine would be told is read; the wrappers' providers come from a registry
that tests do not ask, so of these format, syntax and what they hand over is checked.
"""

import base64
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import hcl2
import pytest
import yaml

from tests.infra.spoken import mistake, unknown_settings

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "infra" / "terraform"
WRAPPERS = {"aws": "aws_instance", "google": "google_compute_instance",
            "azure": "azurerm_linux_virtual_machine"}  # fmt: skip
GIVEN = {"url": "https://outscope.example.com", "token": "osj_abc-DEF_123"}


def terraform(folder: Path, **variables: str) -> dict[str, Any]:
    """What Terraform says of a module."""
    pairs = [f"{name}={value}" for name, value in variables.items()]
    done = subprocess.run(
        [sys.executable, "-m", "tests.infra.terraform.terraform", str(folder), *pairs],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def blocks(folder: Path, kind: str) -> dict[str, Any]:
    """The blocks of a kind in a module, by their name; of resources, by type and name."""
    found: dict[str, Any] = {}
    for path in sorted(folder.glob("*.tf")):
        with path.open() as file:
            for block in hcl2.load(file).get(kind, ()):
                for name, inner in block.items():
                    found[name.strip('"')] = inner
    return found


@pytest.fixture
def worker(tmp_path: Path) -> Path:
    """A copy of the module, for Terraform writes beside what it reads."""
    for part in ("terraform/worker", "systemd"):
        shutil.copytree(ROOT / "infra" / part, tmp_path / "infra" / part)
    return tmp_path / "infra" / "terraform" / "worker"


def files(user_data: str) -> dict[str, str]:
    """What cloud-init writes, by path."""
    return {
        one["path"]: base64.b64decode(one["content"]).decode()
        for one in yaml.safe_load(user_data)["write_files"]
    }


def test_a_machine_is_told_to_join_and_how_to_run(worker: Path, tmp_path: Path) -> None:
    contact = "mailto:ops@example.com"
    said = terraform(worker, **GIVEN, contact=contact, never_probe=".corp.example,10.0.0.0/8")
    assert said["unformatted"] == ""
    assert blocks(worker, "resource") == {}
    assert said["valid"]["valid"] is True
    output = said["outputs"]["outputs"]["user_data"]
    assert output["sensitive"] is True
    user_data = output["value"]
    assert user_data.startswith("#cloud-config\n")
    written = files(user_data)
    unit = (ROOT / "infra/systemd/outscope-worker.service").read_text()
    assert written["/etc/systemd/system/outscope-worker.service"] == unit
    env = dict(
        line.split("=", 1) for line in written["/etc/outscope/worker.env"].splitlines() if line
    )
    assert unknown_settings(env) == []
    assert env["OUTSCOPE_CONTACT"] == contact
    assert written["/etc/outscope/join.env"] == f"OUTSCOPE_JOIN_TOKEN={GIVEN['token']}\n"
    script = written["/usr/local/sbin/outscope-join"]
    subprocess.run(["sh", "-n"], input=script, text=True, check=True)
    assert script.startswith("#!/bin/sh\n")
    assert GIVEN["token"] not in script
    joins = re.search(r"/opt/outscope/bin/(outscope-worker join .*)", script)
    assert joins
    assert mistake(joins[1].replace("'", "").split()) == ""


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"url": "http://outscope.example.com"}, "proven TLS"),
        ({"token": "secret"}, "begins with osj_"),
        ({"package": "outscope'; reboot; '"}, "one requirement of pip"),
        ({"contact": "a b"}, "mail address"),
    ],
)
def test_a_wrong_value_is_refused_with_a_sentence(
    worker: Path, wrong: dict[str, str], sentence: str
) -> None:
    refused = terraform(worker, **{**GIVEN, **wrong})["refused"]
    assert sentence in refused
    assert "'secret'" not in refused


@pytest.mark.parametrize(("cloud", "machine"), WRAPPERS.items())
def test_a_wrapper_makes_one_machine_and_hands_over_what_the_worker_needs(
    cloud: str, machine: str
) -> None:
    folder = FOLDER / cloud
    assert terraform(folder)["unformatted"] == ""
    inner = blocks(FOLDER / "worker", "variable")
    called = blocks(folder, "module")["worker"]
    assert called["source"] == '"../worker"'
    assert {name: called[name] for name in inner} == {name: f"${{var.{name}}}" for name in inner}
    assert set(inner) <= set(blocks(folder, "variable"))
    made = blocks(folder, "resource")[machine]['"worker"']
    assert "module.worker.user_data" in str(made)


def test_the_versions_are_those_of_the_product() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    for path in FOLDER.rglob("variables.tf"):
        assert f'"outscope[worker]=={version}"' in path.read_text()
