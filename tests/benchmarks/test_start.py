"""Every benchmark can be started: whatever it takes from elsewhere is still there."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_every_benchmark_loads() -> None:
    names = sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("test_"))
    # elsewhere: one of them replaces the clock
    code = "\n".join(f"import tests.benchmarks.{name}" for name in names)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "dispatch" in names
