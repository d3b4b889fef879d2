"""A real LiteLLM before real vendors, with the advice of a real API: who is asked through an
outage, and that nothing of ours ever stands in a request's way.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coordinator.store import open_store
from tests.api import seeds
from tests.api.process import ApiProcess
from tests.faults.coordinator import until
from worker.contract.clock import now

pytestmark = pytest.mark.slow
PARTS = {"claude": ["api", "web", "console"], "openai": ["api", "chatgpt"]}


class Session:
    """A gateway and an API, both as processes, and the store that the API reads."""

    def __init__(self, folder: Path, port: int) -> None:
        self.database = f"sqlite://{folder / 'outscope.db'}"
        asyncio.run(self._judged({}))
        self.api = ApiProcess(self.database, port, folder / "api.log")
        self._gateway = subprocess.Popen(
            [sys.executable, "-m", "tests.api.client.routing.gateway", f"http://127.0.0.1:{port}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, what: str, *told: Any) -> Any:
        """Have the gateway do something."""
        assert self._gateway.stdin is not None
        assert self._gateway.stdout is not None
        self._gateway.stdin.write(json.dumps([what, *told]) + "\n")
        self._gateway.stdin.flush()
        answer = self._gateway.stdout.readline()
        assert answer, "the gateway ended"
        return json.loads(answer)

    def say(self, avoided: list[str], unhealthy: list[str] | None = None, **severity: str) -> None:
        """Have the judge say how services are, and wait until the gateway knows."""

        def heard() -> bool:
            asyncio.run(self._judged(severity))  # again: what is silent has no opinion
            wanted = sorted(name.partition("/")[0] for name in avoided)
            states = wanted if unhealthy is None else unhealthy
            return self.do("avoided") == avoided and self.do("unhealthy") == states

        until(heard)

    def asked_of(self, name: str, what: str, times: int) -> tuple[int, list[str]]:
        """How often a vendor was asked meanwhile, and who answered."""
        before = self.do("asked")[name]
        answered = self.do(what, times)
        return self.do("asked")[name] - before, answered

    async def _judged(self, severity: dict[str, str]) -> None:
        async with open_store(self.database) as store:
            if not await store.configurations.version():
                await store.configurations.save(seeds.configuration(), now())
            await seeds.judged(store, now(), *(_verdict(one, severity) for one in PARTS))

    def close(self) -> None:
        """End both."""
        assert self._gateway.stdin is not None
        assert self._gateway.stdout is not None
        self._gateway.stdin.close()
        self._gateway.stdout.close()
        self._gateway.wait(60)
        self.api.stop()


def _verdict(service: str, severity: dict[str, str]) -> dict[str, Any]:
    how = severity.get(service)
    if how is None:
        return seeds.verdict(service, now())
    verdict = seeds.verdict(service, now(), "system_wide", how, list(seeds.REGIONS), PARTS[service])
    verdict["evidence"]["disruptions"][0]["severity"] = how
    return verdict


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """One gateway for all tests of this file."""
    from api.supervisor.claim import free_port

    made = Session(tmp_path_factory.mktemp("gateway"), free_port("127.0.0.1"))
    yield made
    made.close()


def test_nobody_is_asked_who_is_down(session: Session) -> None:
    session.say([])
    assert session.asked_of("claude", "ask", 2) == (2, ["claude"] * 2)
    session.do("down", "claude", True)
    session.say(["claude/api"], claude="outage")
    assert session.asked_of("claude", "ask", 4) == (0, ["openai"] * 4)
    assert session.asked_of("claude", "ask_plainly", 4) == (0, ["openai"] * 4)
    session.do("down", "claude", False)
    session.say([])
    assert session.asked_of("claude", "ask", 2) == (2, ["claude"] * 2)
    assert session.asked_of("claude", "ask_plainly", 2) == (2, ["claude"] * 2)


def test_what_is_degraded_is_asked_as_before(session: Session) -> None:
    session.say([], claude="degraded")
    assert session.do("ask", 2) == session.do("ask_plainly", 2) == ["claude"] * 2


def test_when_all_are_down_all_are_asked_and_what_answers_is_kept(session: Session) -> None:
    session.say(["claude/api", "openai/api"], [], claude="outage", openai="outage")
    assert session.do("ask", 4) == ["claude"] * 4
    assert session.do("ask_plainly", 1) == ["claude"]
    # it answered four times since it is said to be down, so the gateway knows better
    session.say(["claude/api"], claude="outage")
    assert session.do("ask", 2) == ["claude"] * 2


def test_what_the_routers_own_check_found_is_not_written_over(session: Session) -> None:
    session.say([])
    session.do("checked_well", "claude")
    session.say(["claude/api"], [], claude="outage")
    assert session.do("ask_plainly", 2) == ["claude"] * 2


def test_requests_go_on_without_the_api_and_with_a_hook_that_fails(session: Session) -> None:
    session.api.stop()
    assert len(session.do("ask", 2)) == 2
    session.do("spoil")
    assert session.do("ask", 2) == ["claude"] * 2


def test_nothing_asked_the_internet(session: Session) -> None:
    assert session.do("abroad") == []
