"""Everything is restarted, one after the other, under load: the books balance, no look is made
twice, nobody is told of an outage, and whoever asks the API is answered.
"""

import pytest

from tests.chaos.asking import Asking, answers
from tests.chaos.installation import INTERVAL_MS, Installation
from tests.faults.coordination import CoordinatorProcess
from tests.faults.coordinator import until
from tests.faults.worker import WorkerProcess

pytestmark = pytest.mark.slow
STOPPED_S = 40


def restart(part: CoordinatorProcess | WorkerProcess) -> None:
    """As an upgrade does: told to stop, and started again."""
    assert part.stop(STOPPED_S) == 0
    part.start(ready=False)


def test_all_parts_are_restarted_one_after_the_other(installation: Installation) -> None:
    ports = [api.port for api in installation.apis]
    with installation.running(), Asking(ports) as asking:
        for worker in installation.workers.values():
            restart(worker)
            until(lambda worker=worker: "connected" in worker.log(), "the worker")
        for writer in installation.writers:
            restart(writer)
            installation.progress()
        for api in installation.apis:
            restart(api)
            until(lambda port=api.port: answers(port), "the API", installation.logs)
        for _ in installation.coordinators:  # the one that leads, each time
            leader = installation.leader()
            assert leader is not None
            restart(leader)
            until(
                lambda before=leader: installation.leads() and installation.leader() is not before,
                "the other one",
                installation.logs,
            )
            installation.progress()
        assert set(asking.answers) == {200}
        installation.broker.kill()
        installation.broker.start()
        installation.progress()
        installation.postgres.stop()
        installation.postgres.start()
        installation.progress()
        told = installation.settled()
    print(f"\n{told.table()}\n{asking.table()}")
    assert asking.unanswered == 0
    assert told.twice == set()
    assert told.longest_late_ms <= INTERVAL_MS
    assert (told.incidents, told.notices) == (0, 0)
