"""Loops beside each other: told to stop all end, and what fails in one ends all."""

import asyncio

import pytest

from coordinator.runtime import stopping
from coordinator.runtime.stopping import together


class Waits:
    """Goes on until told to stop."""

    ended = False

    async def run(self, stop: asyncio.Event) -> None:
        try:
            await stop.wait()
        finally:
            self.ended = True


class Fails:
    """Comes to nothing."""

    async def run(self, _stop: asyncio.Event) -> None:
        raise LookupError("ours")


class Hangs:
    """Does not hear that it is to stop."""

    async def run(self, _stop: asyncio.Event) -> None:
        await asyncio.Event().wait()


async def test_told_to_stop_every_loop_ends() -> None:
    stop, loops = asyncio.Event(), (Waits(), Waits())
    stop.set()
    await together(stop, *loops)
    assert all(loop.ended for loop in loops)


async def test_when_one_fails_the_others_end_and_its_error_is_told() -> None:
    other = Waits()
    with pytest.raises(LookupError, match="ours"):
        await together(asyncio.Event(), other, Fails())
    assert other.ended


async def test_one_that_does_not_stop_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopping, "GRACE_S", 0.05)
    stop = asyncio.Event()
    stop.set()
    await together(stop, Waits(), Hangs())
