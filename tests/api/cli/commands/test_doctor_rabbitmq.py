"""`outscope doctor` about a real RabbitMQ server, and those who may not use it in other ways."""

import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.running import outscope
from tests.faults.rabbitmq import RabbitMQ

pytestmark = pytest.mark.slow


def told(tmp_path: Path, *words: object, **environ: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if name[:9] != "OUTSCOPE_"}
    env = {**kept, "OUTSCOPE_DATA": str(tmp_path), "COLUMNS": "300", **environ}
    return subprocess.run(
        outscope(*words), env=env, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_doctor_says_how_the_server_stands(
    rabbitmq_server: RabbitMQ, rabbitmq_url: str, tmp_path: Path
) -> None:
    there = {"OUTSCOPE_BROKER_MANAGEMENT": rabbitmq_server.management}
    well = told(tmp_path, "doctor", "--broker", rabbitmq_url, **there).stdout
    assert "RabbitMQ 3." in well
    assert "the coordinator may let workers in and throw them out" in well
    assert "there is no user `guest`" in well
    assert "MB are used" in well
    assert "0 queues of orders and reports, all of them quorum" in well
    nowhere = told(tmp_path, "doctor", "--broker", rabbitmq_url).stdout
    assert "its management API at http://127.0.0.1:15672 cannot be used" in nowhere
    vhost = urlsplit(rabbitmq_url).path[1:]
    rabbitmq_server.ask("PUT", "/api/users/plain", {"password": "pw", "tags": ""})
    every = {"configure": ".*", "write": ".*", "read": ".*"}
    rabbitmq_server.ask("PUT", f"/api/permissions/{vhost}/plain", every)
    plain = f"amqp://plain:pw@127.0.0.1:{rabbitmq_server.port}/{vhost}"
    assert "no administrator" in told(tmp_path, "doctor", "--broker", plain, **there).stdout
    wrong = f"amqp://plain:hunter2@127.0.0.1:{rabbitmq_server.port}/{vhost}"
    said = told(tmp_path, "doctor", "--broker", wrong, **there).stdout
    assert "mend user and password" in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("words", "environ", "said"),
    [
        (("worker", "--region", "eu"), {"OUTSCOPE_BROKER": "amqp://h/v"}, "outscope worker invite"),
        (("coordinator",), {"OUTSCOPE_BROKER": "amqp://h/a b"}, "%20"),
        (("coordinator",), {"OUTSCOPE_BROKER": "amqp://h/a/b"}, "virtual host"),
        (("coordinator",), {"OUTSCOPE_BROKER": "amqp://h/v?ssl_ca_certs=x"}, "amqps://"),
        (
            ("coordinator",),
            {"OUTSCOPE_BROKER": "amqp://h/v", "OUTSCOPE_BROKER_MANAGEMENT": "ftp://h"},
            "OUTSCOPE_BROKER_MANAGEMENT is no address",
        ),
        (
            ("coordinator",),
            {"OUTSCOPE_BROKER": "amqp://h/v", "OUTSCOPE_BROKER_MANAGEMENT": "http://u:hunter2@h"},
            "those of OUTSCOPE_BROKER are used",
        ),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(
    words: tuple[str, ...], environ: dict[str, str], said: str, tmp_path: Path
) -> None:
    done = told(tmp_path, *words, **environ)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr


def test_up_is_not_for_rabbitmq(tmp_path: Path) -> None:
    done = told(tmp_path, "up", "--broker", "amqp://h/v")
    assert done.returncode in (1, 2)
    assert "each worker has one of its own" in done.stderr
