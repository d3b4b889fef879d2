"""The wire, against stored examples. A released version is read for ever: never edit an example,
add a folder.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from worker.contract.message import (
    CheckSpec,
    Order,
    Receipt,
    Report,
    Vitals,
    echo_queue,
    probes_queue,
    reports_queue,
    worker_queue,
)

WIRE = Path(__file__).parent / "wire"
MODELS = {"order": Order, "report": Report, "receipt": Receipt}
EXAMPLES = sorted(WIRE.glob("*/*.json"))


def model(path: Path) -> type[BaseModel]:
    return MODELS[path.stem.partition("_")[0]]


def example(name: str, version: int = 1) -> Any:
    return json.loads((WIRE / str(version) / f"{name}.json").read_text())


def test_every_message_has_an_example() -> None:
    assert {model(path) for path in EXAMPLES} == set(MODELS.values())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_an_example_is_read_and_written_unchanged(path: Path) -> None:
    text = path.read_text()
    message = model(path).model_validate_json(text)
    assert message.model_dump(mode="json", exclude_unset=True) == json.loads(text)
    assert model(path).model_validate(json.loads(text)) == message


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_field_that_a_later_version_adds_is_ignored(path: Path) -> None:
    message = {**json.loads(path.read_text()), "added_later": {"a": 1}}
    assert model(path).model_validate(message) == model(path).model_validate_json(path.read_text())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_another_version_is_refused(path: Path) -> None:
    with pytest.raises(ValidationError, match="v"):
        model(path).model_validate({**json.loads(path.read_text()), "v": 2})


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_missing_field_is_refused(path: Path) -> None:
    message = json.loads(path.read_text())
    for name in message.keys() - {"v", "vitals", "rows"}:
        with pytest.raises(ValidationError, match=name):
            model(path).model_validate(
                {key: value for key, value in message.items() if key != name}
            )


def test_the_checks_of_an_order_are_texts_of_check_specs() -> None:
    specs = [
        CheckSpec.model_validate_json(text)
        for text in Order.model_validate(example("order")).checks
    ]
    assert [(spec.id, spec.kind) for spec in specs] == [("claude-api", "http"), ("ref-dns", "dns")]


def test_the_rows_of_a_report_have_their_types() -> None:
    good, failed, _ = Report.model_validate(example("report_results")).rows
    assert good[0] == "claude-api"
    assert good[5] is True
    assert failed[6].value == "timeout"
    assert failed[7].value == "path"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, 7),
        (1, "one"),
        (5, "perhaps"),
        (6, "fate"),
        (7, "nobody"),
        (9, "200"),
        (14, "fast"),
        (16, []),
    ],
)
def test_a_row_of_other_types_is_refused(place: int, value: object) -> None:
    report = example("report_results")
    report["rows"][0][place] = value
    with pytest.raises(ValidationError):
        Report.model_validate_json(json.dumps(report), strict=True)


def test_a_worker_cannot_choose_a_name_that_leads_elsewhere() -> None:
    for name in ("", "eu-west-1.other", "../x", "EU", "a" * 65, "w\n"):
        with pytest.raises(ValidationError, match="worker"):
            Report.model_validate({**example("report_heartbeat"), "worker": name})


def test_queues_are_named_after_region_and_worker() -> None:
    assert (probes_queue("eu-west"), reports_queue("eu-west")) == (
        "probes.eu-west",
        "reports.eu-west",
    )
    assert worker_queue("eu-west", "w1") == "probes.eu-west.w1"
    assert echo_queue("eu-west", "w1") == "echo.eu-west.w1"


instants = st.integers(0, 2**53)
reports = st.builds(
    Report,
    worker=st.from_regex(r"^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?\Z", fullmatch=True),
    boot=st.text("0123456789abcdef", min_size=1, max_size=16),
    seq=instants,
    sent_at=instants,
    vitals=st.none() | st.builds(Vitals, in_flight=instants, self_test=st.text()),
)
orders = st.builds(
    Order,
    order=st.text(),
    region=st.text(),
    issued_at=instants,
    checks=st.lists(st.text(), max_size=3).map(tuple),
    looks=st.lists(st.tuples(instants, instants, instants, instants), max_size=5).map(tuple),
)
receipts = st.builds(
    Receipt,
    worker=st.text(),
    boot=st.text(),
    seqs=st.lists(instants, max_size=5).map(tuple),
    at=instants,
)


@given(reports | orders | receipts)
def test_what_is_written_is_read_again(message: BaseModel) -> None:
    assert type(message).model_validate_json(message.model_dump_json()) == message
    assert type(message).model_validate(json.loads(message.model_dump_json())) == message
