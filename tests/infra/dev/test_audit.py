"""Known holes are told with what mends them; without a network the audit says so and goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "infra" / "dev"))
from audit import told  # noqa: E402

WELL = {"name": "a", "version": "1", "vulns": []}
HOLE = {"id": "PYSEC-1", "fix_versions": ["1.1"]}


def test_a_hole_is_named_with_the_version_that_mends_it() -> None:
    lines, known = told("lock", {"dependencies": [WELL, {**WELL, "name": "b", "vulns": [HOLE]}]})
    assert known
    assert lines[0] == "lock: b 1 has PYSEC-1; mended in 1.1: make lock"
    assert lines[1] == "lock: 2 of 2 packages were asked for, 1 holes known"


def test_what_nobody_could_be_asked_for_is_said() -> None:
    lines, known = told("lock", {"dependencies": [WELL, {"name": "c", "skip_reason": "not found"}]})
    assert not known
    assert "1 of 2 packages" in lines[0]
    assert "nobody could be asked for 1 of them" in lines[1]


@pytest.mark.slow
def test_without_a_network_it_says_so_and_fails_nobody() -> None:
    nowhere = dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "https_proxy"), "http://127.0.0.1:9")
    done = subprocess.run(
        [sys.executable, "infra/dev/audit.py"],
        cwd=ROOT,
        env={**os.environ, **nowhere, "NO_PROXY": ""},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nobody could be asked" in done.stdout
