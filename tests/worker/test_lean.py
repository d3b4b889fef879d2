"""A worker's start leaves out what no worker uses, and nothing that one does."""

import subprocess
import sys

from worker.lean import UNUSED

LATE = ("re2", "jsonschema_rs", "dns", "html", "http.server")
"""What only a check or a setting that asks for it makes a worker load."""
START = """
import sys
from worker.lean import leave_out_unused, settle
leave_out_unused()
import worker.process
from worker.messaging.publisher import Publisher
settle()
from worker.probes.kinds.tcp import TcpParams
TcpParams(host="a.example", port=1, expect="no pattern")
Publisher("rediss://user:password@127.0.0.1:1/0", "x")
print([name for name in {names!r} if sys.modules.get(name) is not None], len(worker.process.KINDS))
"""


def test_a_worker_starts_without_what_it_never_uses_and_has_all_its_kinds() -> None:
    script = START.format(names=UNUSED + LATE)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    loaded, kinds = done.stdout.rsplit(maxsplit=1)
    assert loaded == "[]"
    assert int(kinds) >= 4


def test_nothing_of_a_worker_imports_what_it_leaves_out() -> None:
    script = "import sys, worker.probes, worker.process\n"
    for name in UNUSED:
        tops = (
            f"[m for m in sys.modules if m.startswith('worker') and {name.partition('.')[0]!r} in"
            " vars(sys.modules[m])]"
        )
        script += f"assert not {tops}, {tops}\n"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
