"""The parts of the catalog with keys, which are written there behind a #, and what does not
vote.
"""

import re
from pathlib import Path

import pytest

from coordinator.configuration import DEFAULT, ConfigurationError, load_configuration
from worker.probes.kinds import KINDS

PARAMETERS = {name: kind.params for name, kind in KINDS.items()}
VENDORS = ("claude", "openai", "gemini")


@pytest.mark.parametrize("name", VENDORS)
def test_what_is_behind_a_number_sign_works_without_it(tmp_path: Path, name: str) -> None:
    text = (DEFAULT.parent / f"{name}.yaml").read_text()
    (tmp_path / "vendor.yaml").write_text(
        re.sub(r"^( {10})# (- id: |  )", r"\1\2", text, flags=re.M)
    )
    (tmp_path / "outscope.yaml").write_text(
        "include: [catalog:regions, catalog:references, vendor.yaml]\n"
    )

    kinds = [
        check.kind
        for check in load_configuration(tmp_path / "outscope.yaml", PARAMETERS).topology.checks
    ]

    assert kinds.count("llm") == 2
    assert "vendor_status" in kinds


def test_no_status_page_votes_and_everything_else_does() -> None:
    configuration = load_configuration(DEFAULT, PARAMETERS)
    silent = set(configuration.topology.check) - set(configuration.judged.check)

    assert {configuration.topology.check[check].kind for check in silent} == {"vendor_status"}
    assert {configuration.topology.check[check].service for check in silent} == set(VENDORS)


def test_a_component_that_is_none_is_named_with_its_line(tmp_path: Path) -> None:
    text = (DEFAULT.parent / "claude.yaml").read_text()
    (tmp_path / "claude.yaml").write_text(text.replace("claude.ai: web", "claude.ai: wep"))
    (tmp_path / "outscope.yaml").write_text(
        "include: [catalog:regions, catalog:references, claude.yaml]\n"
    )

    with pytest.raises(ConfigurationError) as caught:
        load_configuration(tmp_path / "outscope.yaml", PARAMETERS)

    (mistake,) = caught.value.mistakes
    assert "'wep' is not a component of this service; did you mean `web`?" in str(mistake)
    assert mistake.line == 1 + text[: text.index("claude.ai: web")].count("\n")


@pytest.mark.parametrize("name", VENDORS)
def test_status_pages_speak_of_components_that_exist(name: str) -> None:
    topology = load_configuration(DEFAULT, PARAMETERS).topology
    ours = {component.id for component in topology.service[name].components}
    for check in topology.checks_of(name):
        if check.kind == "vendor_status":
            assert set(check.params["components"].values()) <= ours, check.id
