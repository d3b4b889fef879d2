"""The examples of the how-to are checks that the kinds take."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from worker.probes.kinds import KINDS

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "look-at-other-protocols.md"
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
CHECKS = [check for block in BLOCKS for check in yaml.safe_load(block)]


@pytest.mark.parametrize("check", CHECKS, ids=[check["id"] for check in CHECKS])
def test_it_is_valid(check: dict[str, Any]) -> None:
    params = {
        name: value
        for name, value in check.items()
        if name not in ("id", "kind", "interval", "timeout")
    }

    assert KINDS[check["kind"]].params.model_validate(params)
