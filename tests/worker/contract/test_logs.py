"""A few lines a minute for what goes wrong again and again; nothing else is kept back."""

import json
import logging
import subprocess
import sys

import pytest

from worker.contract.logs import MINUTE_S, Repeats, check_format, trace


def line(text: str, *args: object, at: float = 0.0, level: int = logging.WARNING) -> str | None:
    record = logging.LogRecord("outscope.link", level, "", 0, text, args, None)
    record.created = at
    return record.getMessage() if FILTER.filter(record) else None


FILTER = Repeats()


def test_what_repeats_is_told_a_few_times_a_minute_with_a_count() -> None:
    at = 1_772_000_000.0
    told = [line("refused attempt=%d", n, at=at + n / 5) for n in range(600)]
    said = [text for text in told if text]
    assert said[:3] == ["refused attempt=0", "refused attempt=1", "refused attempt=2"]
    assert said[3] == "refused attempt=300 (297 more of these since 06:13:20Z)"
    assert said[4:] == ["refused attempt=301", "refused attempt=302"]


def test_other_texts_levels_and_what_is_no_warning_are_written() -> None:
    at = 1_772_100_000.0
    for n in range(5):
        assert line("order_refused region=%s", "abcde"[n], at=at)
        assert line("heard %d", n, at=at, level=logging.INFO)
    assert line("order_refused region=%s", "a", at=at, level=logging.ERROR)
    for written in (True, True, False):
        assert bool(line("order_refused region=%s", "a", at=at)) is written
    assert line("order_refused region=%s", "a", at=at - 5)  # the clock was set back
    assert line("order_refused region=%s", "a", at=at - 5 + MINUTE_S)


def test_ever_new_texts_need_no_more_memory() -> None:
    at = 1_772_200_000.0
    assert all(line("x" * n + "y", at=at) for n in range(3_000))
    assert len(FILTER._kinds) <= 1_000


def test_a_process_writes_them_so() -> None:
    code = (
        "import logging; from worker.contract import logs; logs.configure()\n"
        "for n in range(9): logging.getLogger('x').warning('refused %d', n)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr.count("\n") == 3
    assert "WARNING x refused 0" in ran.stderr


def written(code: str, **environment: str) -> list[str]:
    """The lines that a process writes."""
    preamble = "import logging; from worker.contract import logs; logs.configure('DEBUG')\n"
    ran = subprocess.run(
        [sys.executable, "-c", preamble + code],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return ran.stderr.splitlines()


def test_a_line_can_be_an_object_that_names_module_and_event() -> None:
    code = """
log = logging.getLogger("outscope.coordinator.process")
log.info("coordinating version=%d checks=%d", 3, 17)
log.warning("cannot reach redis://user:secret@h/0")
try:
    raise ValueError("postgres://u:secret@h")
except ValueError:
    log.exception("It failed\\nbadly level=9")
"""
    told = [json.loads(line) for line in written(code, OUTSCOPE_LOG_FORMAT="json")]
    assert len(told) == 3
    assert told[0].pop("time").endswith("Z")
    assert told[0] == {
        "level": "INFO",
        "event": "coordinator.process.coordinating",
        "message": "coordinating version=3 checks=17",
        "version": "3",
        "checks": "17",
    }
    assert told[2]["event"] == "coordinator.process"  # a sentence, and no event
    assert told[2]["level"] == "ERROR"
    assert "ValueError" in told[2]["traceback"]
    assert "secret" not in str(told)


def test_a_format_of_somebody_else_is_refused_with_a_sentence() -> None:
    check_format({})
    check_format({"OUTSCOPE_LOG_FORMAT": "json"})
    with pytest.raises(ValueError, match="OUTSCOPE_LOG_FORMAT is 'xml'; give text or json"):
        check_format({"OUTSCOPE_LOG_FORMAT": "xml"})


def test_a_look_has_one_name_in_all_logs() -> None:
    assert trace("web", 1_772_000_000_000, 0) == "web.1772000000000.0"
