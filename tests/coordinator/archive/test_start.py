"""What a process loads when it starts."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["api.cli.app", "api.http.app", "coordinator.process"])
def test_no_process_loads_arrow_before_it_has_an_archive_to_read(module: str) -> None:
    program = f"import sys, {module}; print('pyarrow' in sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert told.stdout == "False\n"


def test_arrow_gives_freed_memory_back_to_the_system() -> None:
    program = (
        "import coordinator.result_files.columns, pyarrow;"
        " print(pyarrow.default_memory_pool().backend_name)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert told.stdout == "system\n"
