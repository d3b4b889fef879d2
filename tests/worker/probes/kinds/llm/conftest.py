"""Every vendor on a stage, and a look at it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.worker.probes.conftest import Listen, LookAt
from tests.worker.probes.vendors.anthropic import Anthropic
from tests.worker.probes.vendors.gemini import Gemini
from tests.worker.probes.vendors.openai import Chat, Compatible, Responses
from tests.worker.probes.vendors.stage import KEY, Play, Stage, Vendor
from worker.contract.outcome import Outcome

VENDORS: tuple[Vendor, ...] = (Anthropic(), Chat(), Responses(), Gemini(), Compatible())
Perform = Callable[..., Awaitable[Outcome]]
SECRET = "${env:OUTSCOPE_SECRET_LLM}"


@pytest.fixture(params=VENDORS, ids=[vendor.api for vendor in VENDORS])
def vendor(request: pytest.FixtureRequest) -> Vendor:
    """One vendor after the other."""
    found: Vendor = request.param
    return found


@pytest.fixture
def stages() -> list[Stage]:
    """The stages of this test, and what they were asked."""
    return []


@pytest.fixture
def perform(
    vendor: Vendor,
    listen: Listen,
    look_at: LookAt,
    stages: list[Stage],
    monkeypatch: pytest.MonkeyPatch,
) -> Perform:
    """Look at a vendor that behaves like this: `await perform(Play(...), max_stall_ms=50)`."""
    monkeypatch.setenv("OUTSCOPE_SECRET_LLM", KEY)

    async def play(how: Play | None = None, **params: Any) -> Outcome:
        stages.append(Stage(vendor, how or Play()))
        url = (await listen(stages[-1])).url(vendor.base)
        return await look_at(
            "llm", **{"api": vendor.api, "url": url, "model": vendor.model, "key": SECRET, **params}
        )

    return play
