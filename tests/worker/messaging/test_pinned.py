"""Only what the coordinator signed, for this worker and this moment, is obeyed."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey

from coordinator.messaging.signing import Signer
from worker.contract.message import TASK_LOOK, TASK_RECEIPT, Order
from worker.messaging.pinned import ForgedError, PinnedKeys, read_key
from worker.orders import read_order

QUEUES = ("probes.eu-west", "probes.eu-west.eu-west-1")
SIGNER, OTHER = Signer(b"1" * 32), Signer(b"2" * 32)
ORDER = {"v": 1, "order": "o", "region": "eu-west", "issued_at": 5, "checks": ["é"], "looks": []}
WIRE = Path(__file__).parents[1] / "contract" / "wire" / "1"


def pins(*signers: Signer) -> PinnedKeys:
    """A worker that pins the keys of these."""
    return PinnedKeys([read_key(signer.public) for signer in signers], QUEUES)


def signed(signer: Signer = SIGNER, to: str = QUEUES[0], until: int = 100) -> dict[str, Any]:
    """The order's signature."""
    return signer.sign(TASK_LOOK, to, until, ORDER)


def through_the_wire(value: Any) -> Any:
    """As a broker hands it over."""
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("to", QUEUES)
def test_what_the_coordinator_signed_is_obeyed(to: str) -> None:
    pins(SIGNER).check(TASK_LOOK, through_the_wire(ORDER), through_the_wire(signed(to=to)), at=100)


@pytest.mark.parametrize(
    ("message", "signature", "why"),
    [
        (ORDER, None, "not signed"),
        (ORDER, "x", "not signed"),
        (ORDER, {"to": QUEUES[0], "until": 100, "by": "?"}, "not signed"),
        (ORDER, {"to": QUEUES[0], "until": 100, "by": "AAAA"}, "no key"),
        (ORDER, signed(OTHER), "no key"),
        ({**ORDER, "checks": ["another"]}, signed(), "no key"),
        ({**ORDER, "more": 1}, signed(), "no key"),
        (ORDER, {**signed(), "until": 10**15}, "no key"),
        (ORDER, {**signed(to="probes.us-east"), "to": QUEUES[0]}, "no key"),
        (ORDER, signed(to="probes.us-east"), "somebody else"),
        (ORDER, signed(to="probes.eu-west.eu-west-2"), "somebody else"),
        (ORDER, signed(until=99), "has passed"),
        ({"a": float("nan")}, signed(), "not signed"),
        (object(), signed(), "not signed"),
    ],
)
def test_what_was_forged_altered_or_meant_for_others_is_refused(
    message: Any, signature: Any, why: str
) -> None:
    with pytest.raises(ForgedError, match=why):
        pins(SIGNER).check(TASK_LOOK, message, signature, at=100)


def test_an_order_is_no_receipt() -> None:
    with pytest.raises(ForgedError, match="no key"):
        pins(SIGNER).check(TASK_RECEIPT, ORDER, signed(), at=100)


def test_no_signature_is_good_twice_and_none_is_remembered_for_ever() -> None:
    keys = pins(SIGNER)
    keys.check(TASK_LOOK, ORDER, signed(), at=50)
    with pytest.raises(ForgedError, match="before"):
        keys.check(TASK_LOOK, ORDER, signed(), at=100)

    keys.check(TASK_LOOK, ORDER, signed(until=200), at=150)
    with pytest.raises(ForgedError, match="has passed"):
        keys.check(TASK_LOOK, ORDER, signed(), at=150)
    assert len(keys._seen) == len(keys._ends) == 1


def test_two_keys_are_pinned_while_one_replaces_the_other() -> None:
    keys = pins(SIGNER, OTHER)
    keys.check(TASK_LOOK, ORDER, signed(SIGNER), at=0)
    keys.check(TASK_LOOK, ORDER, signed(OTHER), at=0)


def test_what_came_too_late_is_still_known_as_the_coordinators() -> None:
    keys = pins(SIGNER)
    assert keys.signed_once(TASK_LOOK, ORDER, signed(until=1))
    assert not keys.signed_once(TASK_LOOK, ORDER, signed(OTHER))


def test_the_signature_is_over_bytes_that_other_languages_can_make() -> None:
    signature = signed()
    said = (
        b"outscope message 1\n"
        b'["outscope.look","probes.eu-west",100,{"checks":["\\u00e9"],"issued_at":5,"looks":[],'
        b'"order":"o","region":"eu-west","v":1}]'
    )
    SigningKey(b"1" * 32).verify_key.verify(said, b64decode(signature["by"]))


def test_the_order_of_the_wire_can_be_signed_as_it_is() -> None:
    message = json.loads((WIRE / "order.json").read_text())
    body: Order = read_order(message)
    signature = SIGNER.sign(TASK_LOOK, QUEUES[0], 100, body.model_dump(mode="json"))
    pins(SIGNER).check(TASK_LOOK, through_the_wire(body.model_dump(mode="json")), signature, at=1)


@pytest.mark.parametrize("text", ["", "AAAA", "no key at all", "é"])
def test_a_key_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_key(text)
