"""The way out, with a hand-written broker end."""

import json
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.faults.coordinator import until
from worker.contract.message import Report, Vitals
from worker.messaging.away import BrokerAwayError
from worker.reporting.bundle import MOST_ROWS
from worker.reporting.delivery import BACKLOG_WINDOW
from worker.reporting.outbox import Outbox
from worker.reporting.sender import RETRY_S, Sender


class Mailbox:
    """Takes what is sent, or refuses while `away`."""

    def __init__(self) -> None:
        self.away = False
        self.attempts = 0
        self.taken: list[Report] = []
        self.calls: list[int] = []

    at_once, linger_s = 1, 0.0

    def send_all(self, queue: str, task: str, arguments: Sequence[bytes]) -> None:
        self.attempts += 1
        if self.away:
            raise BrokerAwayError("away")
        assert (queue, task) == ("reports.eu-west", "outscope.report")
        self.taken += map(Report.model_validate_json, arguments)
        self.calls.append(len(arguments))

    def close(self) -> None:
        pass

    @property
    def with_rows(self) -> list[Report]:
        return [report for report in self.taken if report.rows]


def row(number: int) -> bytes:
    return json.dumps(["web", number, 0, 1, 2, True, "ok", "none", "", *[None] * 7, {}]).encode()


def sender(
    publisher: Mailbox, folder: Path, boot: str = "b", silent: Callable[[], bool] = lambda: False
) -> Sender:
    return Sender(
        publisher,
        Outbox(folder),
        region="eu-west",
        worker="w1",
        boot=boot,
        vitals=Vitals,
        silent=silent,
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
    until(lambda: publisher.with_rows)
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
    until(lambda: publisher.taken)
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
    until(lambda: publisher.attempts >= 2)
    publisher.away = False
    until(lambda: len(publisher.with_rows) == 20)
    assert [report.rows[0][1] for report in publisher.with_rows] == list(range(20))
    way_out.stop(2)


def test_a_broker_that_is_away_is_not_asked_in_a_rush(publisher: Mailbox, tmp_path: Path) -> None:
    publisher.away = True
    way_out = sender(publisher, tmp_path)
    way_out.start()
    begun_s = time.monotonic()
    for number in range(100):
        way_out.keep([row(number)])
        threading.Event().wait(0.01)
    # at once, and then after pauses of half a second and more
    assert publisher.attempts <= 2 + (time.monotonic() - begun_s) / RETRY_S[0]
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
    until(lambda: publisher.with_rows)
    second.stop(2)
    assert (publisher.with_rows[0].boot, publisher.with_rows[0].seq) == ("a1", 0)


def slots(reports: list[Report]) -> list[int]:
    return [found[1] for report in reports for found in report.rows]


def test_while_nobody_is_heard_many_rows_make_one_report(
    publisher: Mailbox, tmp_path: Path
) -> None:
    silence = threading.Event()
    silence.set()
    publisher.away = True
    way_out = sender(publisher, tmp_path, silent=silence.is_set)
    way_out.start()
    for number in range(2 * MOST_ROWS + 50):
        way_out.keep([row(number)])
    assert len(list(tmp_path.glob("*.z"))) == 2
    assert len(list(tmp_path.glob("*.rows"))) == 1
    silence.clear()
    publisher.away = False

    def has_all() -> bool:
        for report in publisher.with_rows:
            way_out.receipted("b", [report.seq])
        return len(slots(publisher.with_rows)) == 2 * MOST_ROWS + 50

    until(has_all)
    assert slots(publisher.with_rows) == list(range(2 * MOST_ROWS + 50))
    assert len(publisher.with_rows) == 3
    has_all()  # receipts the last one, which may have come in between
    way_out.stop(2)
    assert not list(tmp_path.iterdir())


def test_what_a_killed_worker_had_not_bundled_yet_is_sent_by_the_next_start(
    publisher: Mailbox, tmp_path: Path
) -> None:
    killed = sender(publisher, tmp_path, silent=lambda: True)
    killed.keep([row(1), row(2)])
    killed.keep([row(3)])
    after = sender(publisher, tmp_path, boot="c")
    after.start()
    until(lambda: publisher.with_rows)
    (report,) = publisher.with_rows
    assert (report.boot, slots([report])) == ("b", [1, 2, 3])
    after.stop(2)


def test_told_to_stop_in_silence_it_keeps_what_it_bundled(
    publisher: Mailbox, tmp_path: Path
) -> None:
    publisher.away = True
    way_out = sender(publisher, tmp_path, silent=lambda: True)
    way_out.start()
    way_out.keep([row(1)])
    way_out.stop(5)
    assert [path.suffix for path in tmp_path.iterdir()] == [".z"]


def test_a_disk_that_takes_no_more_rows_leaves_them_in_memory(
    publisher: Mailbox, tmp_path: Path
) -> None:
    folder = tmp_path / "outbox"
    silence = threading.Event()
    silence.set()
    way_out = sender(publisher, folder, silent=silence.is_set)
    way_out.keep([row(1)])
    shutil.rmtree(folder)  # as a lost mount looks
    way_out.keep([row(2)])
    way_out.start()
    silence.clear()
    until(lambda: len(slots(publisher.with_rows)) == 2)
    assert sorted(slots(publisher.with_rows)) == [1, 2]
    way_out.stop(2)


def test_the_present_does_not_wait_behind_a_backlog(publisher: Mailbox, tmp_path: Path) -> None:
    before = sender(publisher, tmp_path, boot="a", silent=lambda: True)
    for number in range(5 * MOST_ROWS):
        before.keep([row(number)])
    way_out = sender(publisher, tmp_path, boot="b")
    way_out.start()
    until(lambda: len(publisher.with_rows) == BACKLOG_WINDOW)
    for number in range(20):  # nobody receipts the backlog: the coordinator is busy with it
        way_out.keep([row(1_000_000 + number)])
    until(lambda: len(publisher.with_rows) == BACKLOG_WINDOW + 20)
    assert [r.boot for r in publisher.with_rows] == ["a"] * BACKLOG_WINDOW + ["b"] * 20
    way_out.stop(2)


def test_rows_that_may_wait_make_one_report_and_are_on_disk_meanwhile(
    publisher: Mailbox, tmp_path: Path
) -> None:
    way_out = sender(publisher, tmp_path)
    way_out.start()
    for number in range(3):
        way_out.keep([row(number)], 600)
    (waiting,) = tmp_path.glob("*.rows")
    assert len(waiting.read_bytes().splitlines()) == 3
    until(lambda: len(publisher.taken) == 1, "the heartbeat")
    assert publisher.with_rows == []
    way_out.keep([row(3)])
    until(lambda: publisher.with_rows, "the report")
    (report,) = publisher.with_rows
    assert [told[1] for told in report.rows] == [0, 1, 2, 3]
    assert [*tmp_path.glob("*.rows")] == []
    assert len([*tmp_path.glob("*.json")]) == 1
    way_out.receipted(report.boot, [report.seq])
    assert [*tmp_path.glob("*.json")] == []
    way_out.stop(5)


def test_rows_that_fill_a_report_do_not_wait_for_more(publisher: Mailbox, tmp_path: Path) -> None:
    way_out = sender(publisher, tmp_path)
    way_out.keep([row(number) for number in range(MOST_ROWS)], 600)
    assert [*tmp_path.glob("*.rows")] == []
    (kept,) = tmp_path.glob("*.json")
    assert len(Report.model_validate_json(kept.read_bytes()).rows) == MOST_ROWS
    way_out.keep([row(MOST_ROWS)], 600)
    way_out.keep([row(number) for number in range(MOST_ROWS)], 600)
    assert len([*tmp_path.glob("*.json")]) == 2


def test_the_first_row_decides_when_a_report_is_sent(publisher: Mailbox, tmp_path: Path) -> None:
    way_out = sender(publisher, tmp_path)
    way_out.start()
    way_out.keep([row(1)], 0.3)
    way_out.keep([row(2)], 600)
    until(lambda: publisher.with_rows, "the report")
    assert len(publisher.with_rows[0].rows) == 2
    way_out.stop(5)


def test_rows_that_waited_for_more_come_out_of_a_worker_that_stops_or_is_killed(
    publisher: Mailbox, tmp_path: Path
) -> None:
    killed = sender(publisher, tmp_path, "a")
    killed.keep([row(1)], 600)
    stopped = sender(publisher, tmp_path, "b")
    stopped.start()
    stopped.keep([row(2)], 600)
    stopped.stop(5)
    assert {told[1] for report in publisher.with_rows for told in report.rows} == {1, 2}
    assert {report.boot for report in publisher.with_rows} == {"a", "b"}


def test_a_way_that_gathers_reports_itself_is_given_them_at_once(
    publisher: Mailbox, tmp_path: Path
) -> None:
    publisher.linger_s = 0.1
    way_out = sender(publisher, tmp_path)
    way_out.start()
    way_out.keep([row(1)], 600)
    until(lambda: publisher.with_rows, "the report")
    way_out.stop(5)


def test_what_waits_when_nobody_is_heard_any_more_waits_on(
    publisher: Mailbox, tmp_path: Path
) -> None:
    silence = threading.Event()
    way_out = sender(publisher, tmp_path, silent=silence.is_set)
    way_out.start()
    way_out.keep([row(1)], 0.5)
    silence.set()
    way_out.keep([row(2)])
    time.sleep(1)
    assert publisher.with_rows == []
    silence.clear()
    way_out.keep([row(3)])
    until(lambda: len(publisher.with_rows) == 2, "both reports")
    assert [len(report.rows) for report in publisher.with_rows] in ([1, 2], [2, 1])
    way_out.stop(5)


def test_vitals_are_noted_when_the_coordinator_has_them(tmp_path: Path) -> None:
    mailbox, noted = Mailbox(), list[Vitals]()
    one = Sender(
        mailbox,
        Outbox(tmp_path),
        region="eu-west",
        worker="w1",
        boot="b",
        vitals=lambda: Vitals(lost_slots=(("web", 1, 2),)),
        noted=noted.append,
    )
    one.start()
    until(lambda: mailbox.taken != [], "a heartbeat")
    (beat, *_) = mailbox.taken
    one.receipted("another", [beat.seq])
    assert noted == []
    one.receipted("b", [beat.seq])
    assert [vitals.lost_slots for vitals in noted] == [(("web", 1, 2),)]
    one.stop(5)
