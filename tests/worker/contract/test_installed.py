import pytest

from worker.contract.installed import bringing, read_extras, sentence, third_party

KNOWN = read_extras(
    [
        "pydantic>=2.12",
        "PyYAML>=6.0.2; extra == 'coordinator'",
        'dnspython>=2.7; extra == "worker"',
        "dnspython>=2.7; extra == 'all'",
        "PyYAML>=6.0.2; extra == 'all'",
        "uvicorn[standard]>=0.34; extra == 'all'",
        "backports.zstd>=1.0; extra == 'coordinator'",
    ]
)


def test_extras_are_read_from_the_lines_of_the_metadata() -> None:
    assert {
        "coordinator": {"pyyaml", "backports-zstd"},
        "worker": {"dnspython"},
        "all": {"dnspython", "pyyaml", "uvicorn"},
    } == KNOWN


def test_the_extras_of_the_command_are_named() -> None:
    assert sentence("outscope apply", "yaml", ("coordinator",), KNOWN) == (
        "outscope apply needs yaml, which is not installed here;"
        " install it with: pip install 'outscope[coordinator]'"
    )


@pytest.mark.parametrize(
    ("module", "named"),
    [
        ("yaml", ("coordinator",)),
        ("backports", ("coordinator",)),
        ("dns", ("coordinator", "worker")),  # the smallest extra that brings it comes along
        ("click", ("coordinator",)),  # comes with something else
    ],
)
def test_a_line_that_would_not_mend_it_is_not_said(module: str, named: tuple[str, ...]) -> None:
    assert tuple(bringing(module, ("coordinator",), KNOWN)) == named


def test_without_metadata_the_extras_of_the_command_are_believed() -> None:
    assert bringing("yaml", ("coordinator",), {}) == ("coordinator",)


@pytest.mark.parametrize("name", ["worker.gone", "api", "tomllib", None])
def test_what_should_be_here_is_a_fault_and_no_missing_part(name: str | None) -> None:
    assert third_party(ModuleNotFoundError("not found", name=name)) is None


def test_a_package_is_named_by_its_top() -> None:
    assert third_party(ModuleNotFoundError("not found", name="kombu.utils")) == "kombu"
