"""The way out, with a hand-written broker end."""

import json
import threading
from pathlib import Path

import pytest

from tests.faults.coordinator import until
from worker.contract.message import Report, Vitals
from worker.messaging.publisher import BrokerAwayError
from worker.reporting.outbox import Outbox
from worker.reporting.sender import Sender


class Mailbox:
    """Takes what is sent, or refuses while `away`."""

    def __init__(self) -> None:
        self.away = False
        self.attempts = 0
        self.taken: list[Report] = []

    def send(self, queue: str, task: str, argument: bytes) -> None:
        self.attempts += 1
        if self.away:
            raise BrokerAwayError("away")
        assert (queue, task) == ("reports.eu-west", "outscope.report")
        self.taken.append(Report.model_validate_json(argument))

    def close(self) -> None:
        pass

    @property
    def with_rows(self) -> list[Report]:
        return [report for report in self.taken if report.rows]


def row(number: int) -> bytes:
    return json.dumps(["web", number, 0, 1, 2, True, "ok", "none", "", *[None] * 7, {}]).encode()


def sender(publisher: Mailbox, folder: Path, boot: str = "b") -> Sender:
    return Sender(
        publisher, Outbox(folder), region="eu-west", worker="w1", boot=boot, vitals=Vitals
    )


@pytest.fixture
def publisher() -> Mailbox:
    """The broker's end."""
    return Mailbox()


def test_rows_become_a_report_that_stays_on_disk_until_its_receipt(
    publisher: Mailbox, tmp_path: Path
) -> None:
    way_out = sender(publisher, tmp_path)
    way_out.start()
    way_out.keep([row(1), row(2)])
    until(lambda: publisher.with_rows, 5)
    (report,) = publisher.with_rows
    assert [found[1] for found in report.rows] == [1, 2]
    assert len(list(tmp_path.iterdir())) == 1
    way_out.receipted("another-boot", [report.seq])
    assert len(list(tmp_path.iterdir())) == 1
    way_out.receipted("b", [report.seq])
    assert not list(tmp_path.iterdir())
    way_out.stop(2)


def test_a_heartbeat_is_sent_at_once_and_never_kept(publisher: Mailbox, tmp_path: Path) -> None:
    way_out = sender(publisher, tmp_path)
    way_out.start()
    until(lambda: publisher.taken, 5)
    way_out.stop(2)
    assert publisher.taken[0].vitals == Vitals()
    assert publisher.taken[0].rows == ()
    assert not list(tmp_path.iterdir())


def test_while_the_broker_is_away_reports_wait_and_then_go_in_order(
    publisher: Mailbox, tmp_path: Path
) -> None:
    publisher.away = True
    way_out = sender(publisher, tmp_path)
    way_out.start()
    for number in range(20):
        way_out.keep([row(number)])
    until(lambda: publisher.attempts >= 2, 5)
    publisher.away = False
    until(lambda: len(publisher.with_rows) == 20, 5)
    assert [report.rows[0][1] for report in publisher.with_rows] == list(range(20))
    way_out.stop(2)


def test_a_broker_that_is_away_is_not_asked_in_a_rush(publisher: Mailbox, tmp_path: Path) -> None:
    publisher.away = True
    way_out = sender(publisher, tmp_path)
    way_out.start()
    for number in range(100):
        way_out.keep([row(number)])
        threading.Event().wait(0.01)
    assert publisher.attempts <= 3
    way_out.stop(5)


def test_stopping_sends_what_waits_and_leaves_the_rest_on_disk(
    publisher: Mailbox, tmp_path: Path
) -> None:
    way_out = sender(publisher, tmp_path)
    way_out.start()
    way_out.keep([row(1)])
    way_out.stop(5)
    assert len(publisher.with_rows) == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_the_next_boot_sends_what_the_last_one_left_under_its_old_name(
    publisher: Mailbox, tmp_path: Path
) -> None:
    publisher.away = True
    first = sender(publisher, tmp_path, boot="a1")
    first.keep([row(1)])
    publisher.away = False
    second = sender(publisher, tmp_path, boot="a2")
    second.start()
    until(lambda: publisher.with_rows, 5)
    second.stop(2)
    assert (publisher.with_rows[0].boot, publisher.with_rows[0].seq) == ("a1", 0)
