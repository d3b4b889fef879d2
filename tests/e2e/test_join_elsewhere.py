"""Joining where coordinator, writer, API and worker are processes apart from each other: where
workers are told to meet changes without a restart, and a drain reaches a worker whose reports a
writer takes in.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from coordinator.messaging.acl import broker_acl
from tests.e2e.apart import Apart
from tests.e2e.reloading import reloaded
from tests.e2e.running import until
from tests.faults.broker import Broker
from worker.contract.clock import now
from worker.contract.message import TASK_REPORT
from worker.joining.key import kept_key
from worker.messaging.away import BrokerAwayError
from worker.messaging.publisher import Publisher

pytestmark = pytest.mark.slow


def met_at(product: Apart, state: Path) -> str:
    """Where a worker that joins now is told to meet the coordinator."""
    words = product.invite("eu-west")
    product.run("worker", *words, "--state-dir", state, "--only-write")
    return str(json.loads((state / "key.json").read_text())["broker"])


def test_where_workers_meet_is_read_again_at_sighup(
    valkey: Broker, fast_config: Path, tmp_path: Path, apart: Callable[..., Apart]
) -> None:
    told = tmp_path / "public"
    told.write_text(f"redis://127.0.0.1:{valkey.port}/0\n")
    product = apart(
        OUTSCOPE_DATABASE=f"sqlite://{tmp_path}/apart.db",
        OUTSCOPE_BROKER=valkey.url,
        OUTSCOPE_BROKER_PUBLIC_FILE=str(told),
    )
    product.run("apply", fast_config)
    coordinator = product.start("coordinator", "coordinator")
    product.start("api", "api", "--port", product.port)
    until("the API answers", lambda: product.get("/v1/regions"))
    log = product.log("coordinator")
    until("it coordinates", lambda: "coordinating" in log.read_text())
    assert met_at(product, tmp_path / "one") == f"redis://127.0.0.1:{valkey.port}/0"

    told.write_text(f"redis://localhost:{valkey.port}/0\n")
    line = reloaded(coordinator, log)
    assert "changed=OUTSCOPE_BROKER_PUBLIC_FILE kept=-" in line
    wanted = f"redis://localhost:{valkey.port}/0"
    states = (tmp_path / f"next-{number}" for number in range(99))
    until("it is told", lambda: met_at(product, next(states)) == wanted)

    told.write_text(f"redis://user:hunter2@localhost:{valkey.port}/0\n")
    line = reloaded(coordinator, log)
    assert "kept=OUTSCOPE_BROKER_PUBLIC_FILE" in line
    assert "leave them out" in log.read_text()
    assert "hunter2" not in log.read_text()
    assert met_at(product, tmp_path / "last") == wanted


def test_a_drain_reaches_a_worker_whose_reports_a_writer_takes(
    valkey: Broker,
    fast_config: Path,
    tmp_path: Path,
    postgres_url: str,
    apart: Callable[..., Apart],
) -> None:
    product = apart(
        OUTSCOPE_DATABASE=postgres_url, OUTSCOPE_BROKER=valkey.url, OUTSCOPE_WRITERS="elsewhere"
    )
    product.run("apply", fast_config)
    product.start("coordinator", "coordinator")
    product.start("api", "api", "--port", product.port)
    until("it coordinates", lambda: "coordinating" in product.log("coordinator").read_text())
    product.start("writer", "writer")
    until("the API answers", lambda: product.get("/v1/regions"))
    words = product.invite("eu-west")
    joining = ("worker", *words, "--state-dir", tmp_path / "state", "--allow", "127.3.0.0/16")
    worker = product.start("worker", *joining, bare=True)
    until("its results come", lambda: product.results(region="eu-west"))
    name = json.loads((tmp_path / "state/key.json").read_text())["worker"]
    product.run("worker", "drain", name)
    assert worker.wait(60) == 0
    assert "stopped" in product.log("worker").read_text()
    (told,) = json.loads(product.run("worker", "list", "--json"))
    assert told["state"] in ("draining", "drained")
    product.run("worker", "drain", name, "--cancel")
    again = ("worker", "--state-dir", tmp_path / "state", "--allow", "127.3.0.0/16")
    worker = product.start("worker-again", *again, bare=True)
    newest = max(one["received_at"] for one in product.results(region="eu-west"))
    until(
        "it works again",
        lambda: max(r["received_at"] for r in product.results(region="eu-west")) > newest,
        120,
    )
    assert worker.poll() is None


@pytest.fixture
def guarded(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Broker]:
    """A server with the coordinator's user and no other."""
    broker = Broker(free_port(), tmp_path / "guarded", acl=broker_acl({}, "pw-co"))
    broker.start()
    yield broker
    broker.kill()


def test_the_key_of_a_worker_speaks_for_nobody_else(
    guarded: Broker, fast_config: Path, tmp_path: Path, apart: Callable[..., Apart]
) -> None:
    product = apart(
        OUTSCOPE_DATABASE=f"sqlite://{tmp_path}/apart.db",
        OUTSCOPE_BROKER=f"redis://coordinator:pw-co@127.0.0.1:{guarded.port}/0",
    )
    product.run("apply", fast_config)
    product.start("coordinator", "coordinator")
    product.start("api", "api", "--port", product.port)
    until("the API answers", lambda: product.get("/v1/regions"))
    until("it coordinates", lambda: "coordinating" in product.log("coordinator").read_text())
    thief, victim = (tmp_path / name for name in ("thief", "victim"))
    product.run("worker", *product.invite("eu-west"), "--state-dir", thief, "--only-write")
    joining = ("worker", *product.invite("eu-west"), "--state-dir", victim)
    product.start("worker", *joining, "--allow", "127.3.0.0/16", bare=True)
    results = until("its results come", lambda: product.results(region="eu-west"))
    stolen, name = kept_key(thief), results[0]["worker"]
    assert stolen is not None
    assert name != stolen.worker
    check, slot = results[0]["check"], now() // 1000
    row = [check, slot, 0, slot * 1000, slot * 1000, False, "refused", "target", "FORGED"]
    row += [None] * 7 + [{}]
    forged = {"worker": name, "boot": "f", "seq": 0, "sent_at": now(), "rows": [row]}
    publisher = Publisher(stolen.url(thief), "thief@here")
    for queue in ("reports.eu-west", f"reports.eu-west.{name}", "reports.us-east"):
        with pytest.raises(BrokerAwayError, match="NoPermission"):
            publisher.send(queue, TASK_REPORT, json.dumps(forged).encode())
    own = f"reports.eu-west.{stolen.worker}"
    publisher.send(own, TASK_REPORT, json.dumps(forged).encode())
    metric = 'outscope_refused_total{reason="other_name"} 1'
    until("it is refused, and told", lambda: metric in product.text("/metrics"))
    assert not [one for one in product.results() if one["detail"] == "FORGED"]
    mine = {**forged, "worker": stolen.worker, "rows": []}
    publisher.send(own, TASK_REPORT, json.dumps(mine).encode())
    until("its own name", lambda: stolen.worker in product.text("/v1/workers"))


@pytest.mark.skipif(not shutil.which("redis-server"), reason="no redis-server")
def test_where_the_coordinator_may_not_change_users_the_printed_list_lets_in(
    fast_config: Path, tmp_path: Path, free_port: Callable[[], int], apart: Callable[..., Apart]
) -> None:
    passwords, acl, port = tmp_path / "passwords", tmp_path / "users.acl", free_port()
    product = apart(OUTSCOPE_DATABASE=f"sqlite://{tmp_path}/apart.db")
    product.run("apply", fast_config)

    def load() -> None:
        printed = product.run("broker", "acl", "--print", "--passwords", passwords)
        assert "acl|setuser" not in printed
        acl.write_text(f"{printed}user operator on >pw-op ~* +@all\n")

    load()
    options = ("--aclfile", str(acl))
    program = shutil.which("redis-server")
    broker = Broker(port, tmp_path / "redis", program=program, options=options)
    broker.start()
    operator = Redis(port=port, username="operator", password="pw-op")
    try:
        password = (passwords / "coordinator").read_text().strip()
        product.env["OUTSCOPE_BROKER"] = f"redis://coordinator:{password}@127.0.0.1:{port}/0"
        product.start("coordinator", "coordinator")
        product.start("api", "api", "--port", product.port)
        until("the API answers", lambda: product.get("/v1/regions"))
        log = product.log("coordinator")
        until("it says so", lambda: "users_forbidden" in log.read_text())
        joining = ("worker", *product.invite("eu-west"), "--state-dir", tmp_path / "state")
        product.start("worker", *joining, "--allow", "127.3.0.0/16", bare=True)
        told = product.log("worker")
        until("nobody lets it in yet", lambda: "refused the login" in told.read_text())
        load()
        operator.execute_command("ACL", "LOAD")
        results = until("its results come", lambda: product.results(region="eu-west"))
        name = results[0]["worker"]
        product.run("worker", "revoke", name)
        load()
        before = told.read_text().count("refused the login")
        operator.execute_command("ACL", "LOAD")  # throws out whose user is gone
        until("it is out", lambda: told.read_text().count("refused the login") > before)
        newest = max(one["received_at"] for one in product.results(region="eu-west"))
        time.sleep(2)
        assert newest == max(one["received_at"] for one in product.results(region="eu-west"))
    finally:
        operator.close()
        broker.kill()
