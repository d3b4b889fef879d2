"""Any process may be killed at any moment: it comes back, nothing acknowledged is lost, nothing
false is said.
"""

import os
import signal

import pytest

from tests.e2e.running import Running, alive, until
from tests.e2e.target import REGIONS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def settled(product: Running) -> Running:
    """The product once everything is well."""
    until("the shop is well", lambda: product.scopes() == {"shop": "none"})
    until("all regions are fit", lambda: product.fitness() == dict.fromkeys(REGIONS, "fit"))
    return product


@pytest.mark.parametrize("name", ["worker-eu-west-1", "api", "coordinator", "broker"])
def test_a_killed_process_comes_back_and_nothing_is_lost(settled: Running, name: str) -> None:
    seen = settled.result_ids()
    newest = max(result["received_at"] for result in settled.results())
    killed = settled.children()[name]
    os.kill(killed, signal.SIGKILL)
    until(f"{name} is started again", lambda: settled.children().get(name, killed) != killed)

    def new_results_from_everywhere() -> bool:
        return {
            r["region"] for r in settled.results() if r["received_at"] > newest and r["ok"]
        } == set(REGIONS)

    until("new results from every region", new_results_from_everywhere)
    until("the shop is well", lambda: settled.scopes() == {"shop": "none"})
    until("all regions are fit", lambda: settled.fitness() == dict.fromkeys(REGIONS, "fit"))
    assert seen <= settled.result_ids()
    assert settled.get("/v1/incidents")["items"] == []
    assert "was ended by SIGKILL; starting it again" in settled.output


def test_a_second_interrupt_ends_everything_at_once_whatever_is_stuck(settled: Running) -> None:
    children = settled.children()
    # it cannot even notice that it is asked to end
    os.kill(children["worker-eu-west-1"], signal.SIGSTOP)
    settled.process.send_signal(signal.SIGINT)
    until("it is stopping", lambda: settled.output.endswith("Stopping\n"))
    settled.process.send_signal(signal.SIGINT)
    until("it has ended", lambda: settled.process.poll() is not None, within_s=10)
    assert not [name for name, pid in children.items() if alive(pid)]
