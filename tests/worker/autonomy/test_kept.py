"""Standing orders on disk: who may have written them, and what is done with what nobody did."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey

from worker.autonomy.kept import FILE, KeptOrders, RefusedError
from worker.contract.message import signed_bytes, worker_queue
from worker.contract.standing.orders import TASK_STANDING, StandingOrders
from worker.messaging.pinned import PinnedKeys

KEY = SigningKey.generate()
NOW = 50
QUEUE = worker_queue("eu-west", "w1")


def told(key: SigningKey = KEY, queue: str = QUEUE, **change: Any) -> tuple[Any, Any]:
    """A message and its signature."""
    orders = StandingOrders(
        region="eu-west", worker="w1", issued_at=1, until=99, checks=('{"id":"web"}',)
    ).model_copy(update=change)
    message = orders.model_dump(mode="json")
    by = key.sign(signed_bytes(TASK_STANDING, queue, 99, message)).signature
    return message, {"to": queue, "until": 99, "by": b64encode(by).decode()}


def kept(folder: Path, pinned: PinnedKeys | None = None) -> KeptOrders:
    pinned = pinned or PinnedKeys([bytes(KEY.verify_key)], [QUEUE])
    return KeptOrders(
        folder,
        "eu-west",
        "w1",
        lambda message, signed: pinned.signed_once(TASK_STANDING, message, signed),
    )


def test_what_was_taken_is_found_by_the_next_start_and_nobody_else_may_read_it(
    tmp_path: Path,
) -> None:
    kept(tmp_path).take(*told(), NOW)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    again = kept(tmp_path)
    again.load()
    assert again.orders is not None
    assert again.orders.checks == ('{"id":"web"}',)
    assert again.version == again.orders.version()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("web", "bew"),
        lambda text: text.replace('"until": 99', '"until": 999'),
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "[]",
        lambda text: '{"message": 7}',
        lambda text: json.dumps({**json.loads(text), "signed": None}),
    ],
)
def test_a_file_that_was_changed_is_obeyed_by_nobody(
    tmp_path: Path, change: Any, caplog: pytest.LogCaptureFixture
) -> None:
    kept(tmp_path).take(*told(), NOW)
    (tmp_path / FILE).write_text(change((tmp_path / FILE).read_text()))
    again = kept(tmp_path)
    again.load()
    assert again.orders is None
    assert "standing_orders_refused" in caplog.text
    assert not (tmp_path / FILE).exists()


def test_a_file_that_others_may_read_is_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept(tmp_path).take(*told(), NOW)
    (tmp_path / FILE).chmod(0o644)
    again = kept(tmp_path)
    again.load()
    assert again.orders is None
    assert "others may read or write it" in caplog.text


@pytest.mark.parametrize(
    "other",
    [
        told(SigningKey.generate()),
        told(queue="probes.eu-west.w2"),
        told(worker="w2"),
        told(region="us-east"),
        told(until=8 * 86_400_000),
        told(issued_at=100_000),
        ({"v": 9}, None),
        (None, None),
    ],
)
def test_what_was_meant_for_others_or_signed_by_others_does_not_stand(
    tmp_path: Path, other: tuple[Any, Any]
) -> None:
    mine = kept(tmp_path)
    mine.take(*told(), NOW)
    with pytest.raises(RefusedError):
        mine.take(*other, NOW)
    assert mine.orders is not None
    assert mine.orders.worker == "w1"


def test_older_ones_do_not_replace_later_ones(tmp_path: Path) -> None:
    mine = kept(tmp_path)
    mine.take(*told(issued_at=5), NOW)
    with pytest.raises(RefusedError, match="later"):
        mine.take(*told(issued_at=4), NOW)


def test_what_a_key_signed_that_is_pinned_no_more_stands_no_more(tmp_path: Path) -> None:
    pinned = PinnedKeys([bytes(KEY.verify_key)], [QUEUE])
    mine = kept(tmp_path, pinned)
    mine.take(*told(), NOW)
    mine.verify()
    assert mine.orders is not None
    pinned.pin([bytes(SigningKey.generate().verify_key)])
    mine.verify()
    assert mine.orders is None
    assert not (tmp_path / FILE).exists()


def test_what_a_full_disk_does_not_take_stands_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mine = kept(tmp_path / "nowhere")
    mine.take(*told(), NOW)
    assert mine.orders is not None
    assert "standing_orders_not_kept" in caplog.text


def test_what_was_dropped_is_not_found_again(tmp_path: Path) -> None:
    mine = kept(tmp_path)
    mine.take(*told(), NOW)
    mine.drop("it was told to leave")
    again = kept(tmp_path)
    again.load()
    assert again.orders is None
    assert mine.version == again.version == ""
