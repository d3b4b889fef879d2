"""What versions said to each other, as it was recorded at a broker (`record.py`): the present reads
all of it, and one minor version apart is fine.
"""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.model.topology import Check, Component, Region, Role, Service, Topology
from coordinator.ingest.decode import read
from coordinator.messaging.envelope import Delivery, opened
from worker.contract.installed import skew
from worker.contract.message import SIGNED, CheckSpec, Receipt, Signature
from worker.orders import due_looks, read_checks, read_order

RECORDED = sorted(path for path in Path(__file__).parent.iterdir() if path.is_dir())
RECORDED = [path for path in RECORDED if (path / "order.json").exists()]
VERSIONS = pytest.mark.parametrize("folder", RECORDED, ids=lambda path: path.name)


def recorded(folder: Path, sort: str) -> tuple[str, dict[str, Any]]:
    """The queue of a message, and the message as it lay there."""
    found = json.loads((folder / f"{sort}.json").read_text())
    return found["queue"], found["message"]


def body_of(message: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The argument of a task, and what stands beside it."""
    body, encoding = message["body"], message["properties"]["body_encoding"]
    arguments, beside, _ = json.loads(b64decode(body) if encoding else body)
    return arguments[0], beside


UNSIGNED = "nobody signed it then"


def signed_for(folder: Path, beside: dict[str, Any]) -> str:
    """For which queue a message was signed, since messages are."""
    if folder.name == "0.1.0" and SIGNED not in beside:
        return UNSIGNED
    return Signature.model_validate(beside[SIGNED]).to


def test_the_first_version_and_the_present_are_recorded() -> None:
    assert [path.name for path in RECORDED] == ["0.1.0", "present"]


@VERSIONS
def test_an_order_is_read_and_all_its_looks_are_due(folder: Path) -> None:
    queue, message = recorded(folder, "order")
    told, beside = body_of(message)
    assert (queue, message["headers"]["task"]) == ("probes.eu-west", "outscope.look")
    assert signed_for(folder, beside) in (queue, UNSIGNED)
    order = read_order(told)
    read_checks(order)
    looks, refused = due_looks(order, order.issued_at)
    assert (len(looks), refused) == (len(order.looks), 0)
    assert looks


@VERSIONS
def test_a_receipt_is_read(folder: Path) -> None:
    queue, message = recorded(folder, "receipt")
    told, beside = body_of(message)
    assert signed_for(folder, beside) in (queue, UNSIGNED)
    receipt = Receipt.model_validate(told)
    assert receipt.seqs
    assert (receipt.refused, receipt.advice, receipt.leave) == ("", "", False)


def topology_of(folder: Path) -> Topology:
    """What was looked at then, as the order of the same record tells."""
    order, _ = body_of(recorded(folder, "order")[1])
    specs = [CheckSpec.model_validate_json(text) for text in order["checks"]]
    names = {spec.id for spec in specs}
    for row in body_of(recorded(folder, "results")[1])[0]["rows"]:
        names.add(row[0])
    checks = tuple(
        Check(name, "shop", "web", "http", 1_000, 800, ("eu-west",), {}) for name in sorted(names)
    )
    service = Service("shop", "Shop", Role.SERVICE, (Component("web", "Web"),))
    return Topology((Region("eu-west", "Ireland"),), (service,), checks)


@VERSIONS
@pytest.mark.parametrize("sort", ["heartbeat", "results"])
def test_a_report_is_read(folder: Path, sort: str) -> None:
    queue, message = recorded(folder, sort)
    assert queue == "reports.eu-west"
    delivery = opened("eu-west", json.dumps(message).encode(), 0.0)
    assert isinstance(delivery, Delivery)
    sent_at = body_of(message)[0]["sent_at"]
    reading = read([delivery], topology_of(folder), sent_at + 100)
    ((region, report),) = reading.reports
    assert (region, report.worker) == ("eu-west", "eu-west-1")
    assert not reading.refused
    if sort == "heartbeat":
        assert report.vitals is not None
        assert report.vitals.version
        assert not report.rows
    else:
        assert len(report.rows) == len(reading.results) > 0


@pytest.mark.parametrize(
    ("coordinator", "worker", "said"),
    [
        ("0.1.0", "0.1.7", ""),
        ("0.1.0", "0.2.0", ""),
        ("0.2.3", "0.1.0", ""),
        ("0.3.0", "0.1.9", "renew the worker"),
        ("0.1.0", "0.3.0.dev1", "renew the coordinator"),
        ("1.0.0", "0.9.0", "renew the worker"),
        ("0.1.0", "", ""),
        ("0.1.0", "unknown", ""),
        ("unknown", "0.1.0", ""),
        ("0.1.0", "0.99999999.0", ""),
        ("0.1.0", "\x1b[2J0.9", ""),
    ],
)
def test_one_minor_version_apart_is_fine(coordinator: str, worker: str, said: str) -> None:
    found = skew(coordinator, worker)
    assert said in found
    assert bool(found) is bool(said)


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_as_a_version_makes_a_short_plain_sentence(one: str, other: str) -> None:
    found = skew(one, other)
    assert len(found) < 300
    assert found.isprintable()
    assert skew(one, one) == ""
