"""Looking once: the boundary holds whatever a kind does."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import uvloop

from worker.contract.kind import CheckParams, Kind
from worker.contract.message import CheckSpec
from worker.contract.outcome import Blame, Outcome, Reason, failure, success
from worker.contract.target import Target
from worker.probes.kinds import KINDS
from worker.probes.run import Look, ParsedCheck, SpecError, Vantage, look_once, parse_spec
from worker.targets.guard import Guard

Vantages = Callable[..., Vantage]
SPEC = {
    "id": "c",
    "kind": "tcp",
    "interval_ms": 30_000,
    "timeout_ms": 100,
    "params": {"host": "h", "port": 1},
}


class NoParams(CheckParams):
    """Nothing but whom a look would ask."""

    def targets(self) -> tuple[Target, ...]:
        return (Target("own", "a.example"),)


class NobodyParams(CheckParams):
    """Asks nobody, or does not say whom."""

    def targets(self) -> tuple[Target, ...]:
        return ()


class ConfusedParams(CheckParams):
    """Would say whom it asks, but for a mistake."""

    def targets(self) -> tuple[Target, ...]:
        raise ZeroDivisionError


def parsed(run: Callable[[NoParams, Look], Any], timeout_ms: int = 100) -> ParsedCheck:
    spec = CheckSpec.model_validate({**SPEC, "timeout_ms": timeout_ms, "params": {}})
    return ParsedCheck(spec, Kind("own", NoParams, run), NoParams())


def test_the_kinds_of_this_version_are_found() -> None:
    kinds = "dns flow grpc http icmp llm tcp tls udp vendor_status websocket"
    assert list(KINDS) == kinds.split()
    assert all(kind.name == name for name, kind in KINDS.items())


def test_a_check_is_parsed_once() -> None:
    assert parse_spec(json.dumps(SPEC)) is parse_spec(json.dumps(SPEC))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"kind": "nonsense"}, "nonsense"),
        ({"params": {"host": "h", "port": 0}}, "port"),
        ({"params": {"host": "h", "port": 1, "extra": 1}}, "extra"),
        ({"timeout_ms": 0}, "timeout_ms"),
    ],
)
def test_a_check_that_cannot_be_read_says_why(change: dict[str, Any], word: str) -> None:
    with pytest.raises(SpecError, match=word):
        parse_spec(json.dumps({**SPEC, **change}))


def test_text_that_is_no_json_is_a_spec_error() -> None:
    with pytest.raises(SpecError):
        parse_spec("{")


@pytest.mark.parametrize("params", [NobodyParams, ConfusedParams])
def test_a_check_that_does_not_say_whom_it_asks_is_not_looked_at(params: type[CheckParams]) -> None:
    async def run(_params: CheckParams, _look: Look) -> Outcome:
        return success()

    with pytest.raises(SpecError, match="say whom this check asks"):
        ParsedCheck(CheckSpec.model_validate(SPEC), Kind("own", params, run), params())


async def test_a_kind_that_raises_is_our_fault(
    vantages: Vantages, caplog: pytest.LogCaptureFixture
) -> None:
    async def run(_params: NoParams, look: Look) -> Outcome:
        look.step("began")
        raise ZeroDivisionError("with a secret in it")

    outcome = await look_once(parsed(run), vantages())

    assert (outcome.ok, outcome.reason, outcome.blame) == (False, Reason.INTERNAL, Blame.PROBER)
    assert "secret" not in outcome.detail
    assert [step.what for step in outcome.trace] == ["began"]
    assert "look_failed check=c kind=own" in caplog.text


async def test_a_kind_that_forgets_its_deadline_is_stopped(vantages: Vantages) -> None:
    async def run(_params: NoParams, _look: Look) -> Outcome:
        await asyncio.sleep(30)
        return success()

    vantage = vantages()
    began = time.monotonic()
    outcomes = await asyncio.gather(*(look_once(parsed(run), vantage) for _ in range(20)))

    assert 0.1 <= time.monotonic() - began < 0.25
    assert {outcome.reason for outcome in outcomes} == {Reason.TIMEOUT}
    assert {outcome.trace[-1].what for outcome in outcomes} == {"stopped at the deadline"}
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_loop_that_was_held_up_does_not_hide_what_a_kind_says(
    loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    async def knowing(_params: NoParams, look: Look) -> Outcome:
        try:
            async with asyncio.timeout(look.left_s()):
                await asyncio.sleep(30)
        except TimeoutError:
            pass
        return failure(Reason.TIMEOUT, "the server takes its time", blame=Blame.TARGET)

    async def look() -> Outcome:
        vantage = Vantage(guard=Guard())
        task = asyncio.create_task(look_once(parsed(knowing, 50), vantage))
        await asyncio.sleep(0.01)
        time.sleep(0.2)  # noqa: ASYNC251 - as a busy machine does
        outcome = await task
        await vantage.close()
        return outcome

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(look()).blame is Blame.TARGET


async def test_two_looks_in_one_task_have_each_their_own_deadline(vantages: Vantages) -> None:
    async def slow(_params: NoParams, _look: Look) -> Outcome:
        await asyncio.sleep(30)
        return success()

    async def quick(_params: NoParams, _look: Look) -> Outcome:
        await asyncio.sleep(0.12)
        return success()

    vantage = vantages()
    assert not (await look_once(parsed(slow, 50), vantage)).ok
    assert (await look_once(parsed(quick, 500), vantage)).ok


async def test_a_cancelled_look_is_cancelled_and_not_an_outcome(vantages: Vantages) -> None:
    async def run(_params: NoParams, _look: Look) -> Outcome:
        await asyncio.sleep(30)
        return success()

    task = asyncio.create_task(look_once(parsed(run, 10_000), vantages()))
    await asyncio.sleep(0.01)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_is_left_shrinks_and_never_falls_below_zero(vantages: Vantages) -> None:
    moment = 100.0
    look = Look(vantages(), 1000, clock=lambda: moment)
    assert look.left_s() == 1.0

    moment = 100.25
    assert (look.left_s(), look.elapsed_ms()) == (0.75, 250.0)
    moment = 105.0
    assert look.left_s() == 0.0


async def test_steps_are_kept_for_a_failure_and_dropped_for_a_success(vantages: Vantages) -> None:
    def ending(outcome: Outcome) -> Callable[[NoParams, Look], Any]:
        async def run(_params: NoParams, look: Look) -> Outcome:
            look.step("looked")
            return outcome

        return run

    vantage = vantages()
    assert (await look_once(parsed(ending(success())), vantage)).trace == ()
    assert len((await look_once(parsed(ending(success())), vantage, trace=True)).trace) == 1
    assert len((await look_once(parsed(ending(failure(Reason.STATUS, "no"))), vantage)).trace) == 1
