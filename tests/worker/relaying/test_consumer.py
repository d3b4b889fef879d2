"""What a relay tells is handed on as Celery would, and what makes no sense is passed over."""

import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest

from worker.contract.http.relaying import ORDERS
from worker.contract.instant import rfc3339
from worker.contract.message import TASK_LOOK, TASK_RECEIPT
from worker.contract.standing.orders import TASK_STANDING
from worker.messaging.away import BrokerAwayError, KeyRefusedError
from worker.messaging.handlers import Handlers
from worker.relaying import consumer
from worker.relaying.consumer import RelayConsumer
from worker.relaying.link import Stopped

NOW = 1_800_000_000_000


class Script:
    """The relay's end: gives these answers, in turn, and then has the worker stop."""

    def __init__(self, *answers: Mapping[str, Any] | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[dict[str, Any]] = []
        self.closed = False

    def post(self, path: str, body: bytes, _within_s: float, _headers: object) -> Mapping[str, Any]:
        assert path == ORDERS
        self.asked.append(json.loads(body))
        if not self._answers:
            raise Stopped
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.closed = True

    def stop(self) -> None:
        """Nothing."""


class Heard:
    """What was handed on."""

    def __init__(self, *, holding: bool = False) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.handlers = Handlers(
            holding=lambda: holding,
            arrived=lambda *_: self.told.append(("arrived",)),
            now=lambda: NOW,
            order=lambda message, signed, at: self.told.append(("order", message, signed, at)),
            receipt=lambda message, signed: self.told.append(("receipt", message, signed)),
            standing=lambda message, signed: self.told.append(("standing", message, signed)),
            expired=lambda message, signed: self.told.append(("expired", message, signed)),
            consumed=lambda: None,
        )


def message(
    task: str, argument: Any, expires_at: int | None = None, **named: Any
) -> dict[str, Any]:
    expires = None if expires_at is None else rfc3339(expires_at)
    return {"task": task, "expires": expires, "said": [[argument], named, {}]}


def played(script: Script, heard: Heard) -> list[str]:
    """Run it to its end; how often it was connected."""
    connected: list[str] = []
    RelayConsumer(script, heard.handlers, lambda: connected.append("yes")).run()  # type: ignore[arg-type]
    assert script.closed
    return connected


def test_each_message_goes_to_whom_it_is_for() -> None:
    heard = Heard()
    script = Script(
        {
            "batch": "one",
            "messages": [
                message(TASK_RECEIPT, {"r": 1}, signed="s"),
                message(TASK_LOOK, {"o": 1}, NOW + 1, signed="s"),
                message(TASK_LOOK, {"o": 2}, NOW - 1),
                message(TASK_LOOK, {"o": 3}),
                message(TASK_STANDING, {"st": 1}, signed="s"),
            ],
        },
        {"batch": "", "messages": []},
    )
    assert played(script, heard) == ["yes"]
    assert heard.told == [
        ("receipt", {"r": 1}, "s"),
        ("arrived",),
        ("order", {"o": 1}, "s", NOW + 1),
        ("arrived",),
        ("expired", {"o": 2}, None),
        ("arrived",),
        ("order", {"o": 3}, None, None),
        ("standing", {"st": 1}, "s"),
    ]
    assert [asked["acknowledged"] for asked in script.asked] == ["", "one", ""]
    assert [asked["wait_s"] > 0 for asked in script.asked] == [False, True, True]


def test_while_the_time_is_not_known_nothing_expires() -> None:
    heard = Heard(holding=True)
    played(Script({"batch": "b", "messages": [message(TASK_LOOK, {}, NOW - 1)]}), heard)
    assert heard.told == [("arrived",), ("order", {}, None, NOW - 1)]


JUNK: list[Any] = [
    None,
    7,
    {},
    {"task": TASK_LOOK},
    {"task": TASK_LOOK, "said": None},
    {"task": TASK_LOOK, "said": [[], {}]},
    {"task": TASK_LOOK, "said": [[1], None]},
    {"task": TASK_LOOK, "said": [[1], {}], "expires": "soon"},
    {"task": TASK_LOOK, "said": [[1], {}], "expires": 7},
    {"task": "outscope.unheard_of", "said": [[1], {}]},
]


def test_junk_costs_nothing_but_itself(caplog: pytest.LogCaptureFixture) -> None:
    heard = Heard()
    told = {"batch": "b", "messages": [*JUNK, message(TASK_RECEIPT, {"r": 1})]}
    with caplog.at_level(logging.ERROR):
        played(Script(told, {}, {"messages": 7}, {"messages": None}), heard)
    assert ("receipt", {"r": 1}, None) in heard.told
    assert caplog.text.count("message_refused") >= len(JUNK) - 2


def test_faults_are_told_once_a_minute_and_the_way_back(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "PAUSES_S", (0.0,))
    monkeypatch.setattr(consumer, "REFUSED_PAUSE_S", 0.0)
    away, refused = BrokerAwayError("it is away"), KeyRefusedError("it was revoked")
    with caplog.at_level(logging.INFO):
        connected = played(Script(away, away, {}, refused, away, {}), Heard())
    assert connected == ["yes"]
    assert caplog.text.count("relay_unreachable") == 2
    assert "it was revoked; the relay refused the key" in caplog.text
    assert caplog.text.count("relay_back after_attempts=2") == 2
