"""The demo is right: every verdict becomes what its script makes true."""

import subprocess
from pathlib import Path

import pytest

from tests.e2e.running import outscope

pytestmark = pytest.mark.slow


def test_every_verdict_becomes_what_the_script_makes_true(tmp_path: Path) -> None:
    done = subprocess.run(
        outscope("demo", "--once"), cwd=Path.cwd(), capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all right" in done.stdout
    for said in ("sa-east unfit", "aster regional", "bramble component", "cinder system_wide", "oc-southeast silent"):
        assert said in done.stdout
    assert "\x1b" not in done.stdout
