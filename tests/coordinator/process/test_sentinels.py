"""A broker that Sentinels watch over: coordinator and worker follow it to where it is."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from coordinator.messaging.link import Link
from tests.faults.coordination import CoordinatorProcess
from tests.faults.coordinator import until
from tests.faults.fleet import Fleet
from tests.faults.sentinels import NAME, Watched
from tests.faults.target import Target
from tests.faults.worker import WorkerProcess
from worker.contract.broker import BrokerUrlError, check_broker_url
from worker.contract.reloading.sentinel import SentinelError, found, plain

BUSY_S = 90


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("redis+sentinel://a,b", "end the address with /name"),
        ("redis+sentinel://u:p@a,/m", "is not a broker URL"),
        ("redis+sentinel://a:x/m", "is not a broker URL"),
        ("redis+sentinel://a/m/zero", "database that is no number"),
        ("redis+sentinel://a/m?ssl_keyfile=x", "without TLS"),
        ("rediss+sentinel://a/m?unknown=x", "unknown option"),
        ("redis://a,b/0", "names several hosts"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(url: str, why: str) -> None:
    with pytest.raises(BrokerUrlError, match=why) as refused:
        check_broker_url(url)
    assert "u:p" not in str(refused.value)


def test_the_url_at_a_place_keeps_login_number_and_options() -> None:
    url = "rediss+sentinel://u:p%2F@a,b:7/m/2?ssl_cert_reqs=none"
    assert check_broker_url(url) == url
    assert plain(url, "c", 9) == "rediss://u:p%2F@c:9/2?ssl_cert_reqs=none"
    assert plain("redis+sentinel://a/m", "::1", 9) == "redis://[::1]:9"


def test_where_nobody_answers_a_sentence_says_so(free_port: Callable[[], int]) -> None:
    with pytest.raises(SentinelError, match=r"no Sentinel says where 'm' is"):
        found(f"redis+sentinel://127.0.0.1:{free_port()}/m")


@pytest.fixture
def watched(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Watched]:
    """Master, replica and three Sentinels."""
    servers = Watched(tmp_path / "watched", free_port)
    yield servers
    servers.close()


def tcp_checks(document: dict[str, Any], port: int) -> dict[str, Any]:
    """The configuration from one region, with checks of a listener here."""
    document["regions"] = document["regions"][:1]
    for service in document["services"]:
        for component in service["components"]:
            for check in component["checks"]:
                check |= {"kind": "tcp", "params": {"host": "127.0.0.1", "port": port}}
    return document


@pytest.mark.slow
def test_when_the_master_dies_both_go_on_with_its_replica(
    watched: Watched, tmp_path: Path, document: dict[str, Any]
) -> None:
    database = f"sqlite://{tmp_path}/store.db"
    fleet = Fleet(watched.master, database, tmp_path, ())
    coordinator = CoordinatorProcess(watched.url, database, tmp_path / "coordinator")
    with Target() as target:
        fleet.apply(tcp_checks(document, target.port))
        with WorkerProcess(watched.url, tmp_path / "worker") as worker, coordinator:

            def more(than: int) -> bool:
                return len(fleet.stored()) > than

            until(lambda: more(10), "results", coordinator.log, within_s=BUSY_S)
            watched.kill_sentinel()  # one of three may be away
            watched.master.kill()
            until(
                lambda: "broker_moved" in coordinator.log(),
                "a word",
                coordinator.log,
                within_s=BUSY_S,
            )
            until(lambda: "broker_moved" in worker.log(), "a word", worker.log, within_s=BUSY_S)
            before = len(fleet.stored())
            until(lambda: more(before + 20), "results", coordinator.log, within_s=BUSY_S)
            until(
                lambda: worker.waiting() < 5, "that it can forget all", worker.log, within_s=BUSY_S
            )
            assert found(watched.url).endswith(f":{watched.replica.port}/0")
            with Link(found(watched.url)) as link:
                assert link.one("PING") == b"PONG"
    assert NAME in watched.url
    assert fleet.incidents() == []
