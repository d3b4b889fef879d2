"""Asks for known holes in what the locks name; `make audit`. 1 when one is known, 0 when none is or
nobody could be asked, which it says.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements/run.txt", "requirements/worker.txt")
WHY = 200


def told(lock: str, document: Mapping[str, Any]) -> tuple[list[str], bool]:
    """Lines for people, and whether a hole is known, from what pip-audit found."""
    found = document.get("dependencies", [])
    skipped = [one for one in found if "skip_reason" in one]
    holes = [(one, hole) for one in found for hole in one.get("vulns", ())]
    lines = [
        f"{lock}: {one['name']} {one['version']} has {hole['id']};"
        f" {_mended(hole.get('fix_versions', []))}"
        for one, hole in holes
    ]
    asked = len(found) - len(skipped)
    lines.append(
        f"{lock}: {asked} of {len(found)} packages were asked for, {len(holes)} holes known"
    )
    if skipped:
        lines.append(
            f"{lock}: nobody could be asked for {len(skipped)} of them; run it again where the"
            " package index answers"
        )
    return lines, bool(holes)


def _mended(versions: list[str]) -> str:
    return f"mended in {', '.join(versions)}: make lock" if versions else "no version mends it yet"


def ask(lock: str) -> tuple[list[str], bool]:
    """Ask for one lock."""
    command = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip"]
    command += ["--progress-spinner", "off", "--timeout", "15", "-f", "json", "-r", lock]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)  # noqa: S603
    try:
        return told(lock, json.loads(done.stdout))
    except ValueError:
        why = (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1][:WHY]
        return [f"{lock}: nobody could be asked ({why}); run it again with a network"], False


def main() -> int:
    """Ask for all locks."""
    known = False
    for lock in LOCKS:
        lines, hole = ask(lock)
        print("\n".join(lines))
        known = known or hole
    return 1 if known else 0


if __name__ == "__main__":
    sys.exit(main())
