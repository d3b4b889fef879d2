"""What the guides tell people to write as a configuration is one."""

import re
from pathlib import Path

import pytest

from coordinator.configuration import load_configuration
from coordinator.configuration.reading.mistake import ConfigurationError
from worker.probes.kinds import KINDS

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = (
    *("be-told", "announce-maintenance", "declare-dependencies", "keep-the-record"),
    "publish-a-status-page",
)
KINDS_OF_CHECKS = {name: kind.params for name, kind in KINDS.items()}
EXAMPLES = [
    (page, number, block)
    for page in PAGES
    for number, block in enumerate(
        BLOCK.findall((ROOT / f"docs/how-to/{page}.md").read_text(encoding="utf-8"))
    )
]


@pytest.mark.parametrize(
    ("page", "number", "block"), EXAMPLES, ids=[f"{page}-{n}" for page, n, _ in EXAMPLES]
)
def test_an_example_is_a_whole_configuration(
    page: str, number: int, block: str, tmp_path: Path
) -> None:
    file = tmp_path / "outscope.yaml"
    file.write_text(block)
    try:
        load_configuration(file, KINDS_OF_CHECKS)
    except ConfigurationError as error:
        pytest.fail(f"{page}.md, example {number}: {error}")
