"""The vitals and the self-test."""

from ipaddress import ip_address
from pathlib import Path

import pytest

from worker.contract.clock import monotonic_s
from worker.reporting.outbox import Key, Outbox
from worker.tally import Tally
from worker.vitals import BUSY_MS, Gauge, address_fault, age_fault, outgoing_address, rss_mb


def resident_mb() -> float:
    """Memory that this process holds, as the system tells people; megabytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def test_vitals_tell_what_is_so(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.add(Key("a", 1), b"{}")
    vitals = Gauge(
        Tally(in_flight=3, late=2, refused=1), outbox, ("http", "tcp"), "127.0.0.1"
    ).read()
    assert (vitals.in_flight, vitals.late_looks, vitals.outbox_reports, vitals.dropped_reports) == (
        3,
        2,
        1,
        0,
    )
    assert vitals.refused_orders == 1
    assert vitals.kinds == ("http", "tcp")
    assert vitals.rss_mb == pytest.approx(resident_mb(), rel=0.1)
    assert vitals.version
    assert vitals.address == "127.0.0.1"
    assert vitals.self_test == ""
    assert vitals.pins_key is False
    assert Gauge(Tally(), outbox, (), None, pins_key=True).read().pins_key is True


def test_behind_nat_the_address_is_the_one_that_the_operator_says_others_see(
    tmp_path: Path,
) -> None:
    assert Gauge(Tally(), Outbox(tmp_path), (), "127.0.0.1", "8.8.8.8").read().address == "8.8.8.8"


def test_an_address_that_is_not_of_this_machine_fails_the_self_test(tmp_path: Path) -> None:
    assert "192.0.2.1" in Gauge(Tally(), Outbox(tmp_path), (), "192.0.2.1").read().self_test
    assert address_fault("2001:db8::1").startswith("cannot look from 2001:db8::1")
    assert address_fault("127.1.2.3") == ""


def test_without_a_source_address_the_one_that_the_system_would_send_from_is_told() -> None:
    address = outgoing_address()
    assert address is None or ip_address(address)


def test_a_loop_that_lags_fails_the_self_test(tmp_path: Path) -> None:
    lagging = Tally()
    lagging.ticked(monotonic_s() - BUSY_MS / 1000)
    assert "too busy" in Gauge(lagging, Outbox(tmp_path), (), None).read().self_test


def test_a_disk_that_refuses_fails_the_self_test(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    (tmp_path / "outbox").rmdir()
    outbox.add(Key("a", 1), b"{}")
    assert "state folder" in Gauge(Tally(), outbox, (), None).read().self_test


def test_memory_is_measured() -> None:
    assert rss_mb() > 5


def test_a_clock_that_is_known_to_be_off_is_told_in_numbers_and_words(tmp_path: Path) -> None:
    vitals = Gauge(Tally(), Outbox(tmp_path), (), None, ahead_ms=lambda: 302_000).read()
    assert vitals.clock_ahead_ms == 302_000
    assert "302 s ahead of the coordinator's" in vitals.self_test


def test_a_clock_that_is_wrong_fails_the_self_test() -> None:
    assert age_fault(None) == age_fault(0) == age_fault(900) == ""
    assert age_fault(-300_000) == "the clock is 300.0 s behind the coordinator's"
    assert "ahead" in age_fault(300_000)
