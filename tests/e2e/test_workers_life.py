"""A worker's life on each broker that there is: it joins, looks, gets another key, leaves, comes
back, and is thrown out.
"""

import json
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from coordinator.messaging.acl import broker_acl
from tests.e2e.apart import Apart
from tests.e2e.running import until
from tests.faults.broker import Broker
from tests.faults.rabbitmq import RabbitMQ
from worker.contract.instant import parse_rfc3339
from worker.joining.key import kept_key

pytestmark = pytest.mark.slow
REVOKED_S = 5.0
ALLOW = ("--allow", "127.3.0.0/16")


@pytest.fixture(params=["redis", "rabbitmq", "rabbitmq with TLS"])
def broker(
    request: pytest.FixtureRequest, tmp_path: Path, free_port: Callable[[], int]
) -> Iterator[dict[str, str]]:
    """What the coordinator is told of a broker."""
    if request.param == "redis":
        server = Broker(free_port(), tmp_path / "redis", acl=broker_acl({}, "pw-co"))
        server.start()
        yield {"OUTSCOPE_BROKER": f"redis://coordinator:pw-co@127.0.0.1:{server.port}/0"}
        server.kill()
        return
    rabbitmq: RabbitMQ = request.getfixturevalue("rabbitmq_server")
    url = request.getfixturevalue("rabbitmq_url")
    if request.param == "rabbitmq":
        yield {"OUTSCOPE_BROKER": url, "OUTSCOPE_BROKER_MANAGEMENT": rabbitmq.management}
        return
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    netloc = f"{login}@localhost:{rabbitmq.tls_port}"
    query = f"ssl_ca_certs={rabbitmq.folder}/cacertfile.pem"
    yield {
        "OUTSCOPE_BROKER": parts._replace(scheme="amqps", netloc=netloc, query=query).geturl(),
        "OUTSCOPE_BROKER_MANAGEMENT": f"https://localhost:{rabbitmq.api_tls_port}",
    }


def test_a_worker_joins_is_renewed_drained_and_revoked(
    broker: dict[str, str], fast_config: Path, tmp_path: Path, apart: Callable[..., Apart]
) -> None:
    product = apart(OUTSCOPE_DATABASE=f"sqlite://{tmp_path}/apart.db", **broker)
    product.run("apply", fast_config)
    product.coordinate()
    state, log = tmp_path / "state", product.log("worker")
    joining = ("worker", *product.invite("eu-west"), "--state-dir", state, *ALLOW)
    worker = product.start("worker", *joining, bare=True)
    name = until("its results", lambda: product.results(region="eu-west"))[0]["worker"]
    key = kept_key(state)
    assert key is not None
    assert key.worker == name

    since = time.time_ns() // 1_000_000
    product.run("worker", *product.rotation(name), "--state-dir", state, "--only-write")
    until("the new key is used", lambda: "reloaded changed=OUTSCOPE_BROKER" in log.read_text())
    renewed = kept_key(state)
    assert renewed is not None
    assert (renewed.worker, renewed.secret != key.secret) == (name, True)
    until("results by the new key", lambda: newer(product, since + 3_000))

    product.run("worker", "drain", name)
    assert worker.wait(60) == 0, log.read_text()
    product.run("worker", "drain", name, "--cancel")
    product.start("worker", "worker", "--state-dir", state, *ALLOW, bare=True)
    since = time.time_ns() // 1_000_000
    until("results of its next life", lambda: newer(product, since))

    said = log.read_text().count("refused the login")
    product.run("worker", "revoke", name)
    began = time.monotonic()
    until("it is out", lambda: log.read_text().count("refused the login") > said)
    assert time.monotonic() - began < 2 * REVOKED_S  # the worker says so after it was thrown out
    assert key.secret not in log.read_text() + product.log("coordinator").read_text()
    digest = sha256(renewed.secret.encode()).hexdigest()
    assert digest not in product.log("coordinator").read_text()
    (told,) = json.loads(product.run("worker", "list", "--json"))
    assert told["state"] == "revoked"


def newer(product: Apart, since_ms: int) -> bool:
    """Whether there are results of looks that were due after a moment."""
    found = product.results(region="eu-west")
    return any(parse_rfc3339(one["scheduled_at"]) > since_ms for one in found)
