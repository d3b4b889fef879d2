"""What every kind must do, found like the registry finds them: a new kind is tested without being listed."""

import asyncio
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.worker.probes.conftest import Listen, LookAt, silence
from worker.contract.kind import Kind
from worker.contract.outcome import Blame, Outcome, Reason
from worker.guard import Guard
from worker.probes import KINDS
from worker.probes.look import Vantage

TIMEOUT_MS = 300
SLACK_MS = 100
NONSENSE = [b"", b"\x00" * 64, bytes(range(256)) * 16, b"\r\n" * 200, b"HTTP/1.1 banana\r\n\r\n"]
NEEDED: dict[str, dict[str, Any]] = {
    "llm": {"api": "openai_compatible", "model": "m"},
    "vendor_status": {"provider": "rss"},
}
"""What a kind asks for beside where to look."""

pytestmark = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


def aimed(kind: Kind[Any], port: int) -> dict[str, Any]:
    """Parameters of any kind that make it look at a port of the loopback."""
    known = {
        **NEEDED.get(kind.name, {}),
        "url": f"http://127.0.0.1:{port}/",
        "steps": [{"name": "one", "url": f"http://127.0.0.1:{port}/"}],
        "host": "127.0.0.1",
        "server": "127.0.0.1",
        "port": port,
        "name": "outscope.test",
    }
    return {name: value for name, value in known.items() if name in kind.params.model_fields}


@pytest.fixture
def silent_udp() -> Iterator[int]:
    """A UDP port that takes everything and never answers."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as server:
        server.bind(("127.0.0.1", 0))
        yield server.getsockname()[1]


def test_it_is_documented(kind: Kind[Any]) -> None:
    assert (sys.modules[kind.run.__module__].__doc__ or "").strip()
    for name, field in kind.params.model_fields.items():
        assert field.description, f"{kind.name}.{name}"


def test_it_refuses_unknown_parameters(kind: Kind[Any]) -> None:
    with pytest.raises(ValueError, match="nonsense"):
        kind.params.model_validate({**aimed(kind, 1), "nonsense": 1})


def test_it_refuses_a_value_of_the_wrong_type(kind: Kind[Any]) -> None:
    for name in aimed(kind, 1):
        with pytest.raises(ValueError, match=name):
            kind.params.model_validate({**aimed(kind, 1), name: ["wrong"]})


def test_its_parameters_have_a_schema(kind: Kind[Any]) -> None:
    assert kind.params.model_json_schema()["type"] == "object"


async def test_it_keeps_its_deadline_when_nobody_answers(
    kind: Kind[Any], listen: Listen, look_at: LookAt, silent_udp: int
) -> None:
    listener = await listen(silence)
    for port in (listener.port, silent_udp):
        began = time.monotonic()
        outcome = await look_at(kind.name, timeout_ms=TIMEOUT_MS, **aimed(kind, port))

        assert (time.monotonic() - began) * 1000 < TIMEOUT_MS + SLACK_MS
        assert outcome.ok or (outcome.detail and outcome.blame in (Blame.TARGET, Blame.PATH))


@pytest.mark.parametrize("nonsense", NONSENSE, ids=[repr(heard[:12]) for heard in NONSENSE])
async def test_it_never_raises_whatever_it_hears(
    kind: Kind[Any], listen: Listen, look_at: LookAt, nonsense: bytes
) -> None:
    async def babble(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(nonsense)
        await writer.drain()

    outcome = await look_at(kind.name, timeout_ms=TIMEOUT_MS, **aimed(kind, (await listen(babble)).port))

    assert isinstance(outcome, Outcome)
    assert outcome.reason is not Reason.INTERNAL


async def test_it_says_refused_when_nobody_listens(kind: Kind[Any], look_at: LookAt, closed_port: int) -> None:
    outcome = await look_at(kind.name, timeout_ms=TIMEOUT_MS, **aimed(kind, closed_port))

    assert not outcome.ok
    assert outcome.reason in (Reason.REFUSED, Reason.TIMEOUT)  # a UDP socket need not hear of a refusal
    assert outcome.trace


async def test_it_does_not_touch_what_the_guard_refuses(
    kind: Kind[Any], listen: Listen, look_at: LookAt, vantages: Callable[..., Vantage]
) -> None:
    listener = await listen(silence)

    outcome = await look_at(kind.name, vantage=vantages(guard=Guard()), **aimed(kind, listener.port))

    assert (outcome.ok, outcome.reason, outcome.blame) == (False, Reason.BLOCKED, Blame.PROBER)
    assert "OUTSCOPE_ALLOW_ADDRESSES" in outcome.detail
    assert listener.connections == 0


async def test_it_stops_at_once_when_it_is_cancelled(
    kind: Kind[Any], look_at: LookAt, full_port: int, silent_udp: int
) -> None:
    port = silent_udp if kind.name in ("dns", "udp") else full_port
    task = asyncio.create_task(look_at(kind.name, timeout_ms=30_000, **aimed(kind, port)))
    await asyncio.sleep(0.05)
    began = time.monotonic()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 0.1
