"""Records what coordinator and worker of a source tree say to each other, as it lies at the broker.

`python tests/worker/wire/record.py TREE FOLDER` runs both processes of that tree on a server that
is watched, and writes one message of each sort into the folder. A version that was released keeps
its folder for ever.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from redis import Redis

from api.supervisor.claim import free_port
from tests.e2e.running import outscope
from tests.e2e.target import Target
from tests.faults.broker import Broker

MOST_S = 90.0
SORTS = ("order", "receipt", "heartbeat", "results")


def sort_of(queue: str, message: dict[str, object]) -> str:
    """What a message is, by its task and its body; empty for what is not kept."""
    task = message["headers"]["task"]  # type: ignore[index]
    if task == "outscope.look":
        return "order"
    if task == "outscope.receipt":
        return "receipt"
    if task != "outscope.report":
        return ""
    text = body_of(message)
    return "results" if text[0][0].get("rows") else "heartbeat"


def body_of(message: dict[str, object]) -> list[list[dict[str, object]]]:
    """The body of a message as it lies at the broker."""
    from base64 import b64decode

    body = str(message["body"])
    encoding = message["properties"].get("body_encoding")  # type: ignore[attr-defined]
    return json.loads(b64decode(body) if encoding else body)  # type: ignore[no-any-return]


def pushed(broker: Broker) -> Iterator[tuple[str, dict[str, object]]]:
    """Each message that is put there, with its queue."""
    with Redis(port=broker.port, socket_timeout=MOST_S) as client, client.monitor() as monitor:
        yield "", {}  # from now on all is seen
        for command in monitor.listen():
            name, _, rest = command["command"].partition(" ")
            queue, _, text = rest.partition(" ")
            if name.upper() == "LPUSH" and text.startswith("{"):
                yield queue, json.loads(text.replace("\\\\", "\\"))  # as MONITOR writes it


def main(tree: Path, folder: Path) -> None:
    """Record."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    state = Path(tempfile.mkdtemp(prefix="outscope-record-"))
    broker, target = Broker(port, state / "broker"), Target()
    broker.start()
    env = {**os.environ, "PYTHONPATH": str(tree), "XDG_STATE_HOME": str(state)}
    database = f"sqlite://{state}/outscope.db"
    configuration = target.configuration(["eu-west"])
    for region in configuration["regions"]:
        region.pop("simulated", None)  # 0.1.0 does not know it
    (state / "outscope.yaml").write_text(json.dumps(configuration))
    processes: list[subprocess.Popen[bytes]] = []

    def begin(*words: object) -> subprocess.Popen[bytes]:
        made = subprocess.Popen(outscope(*words), env=env, cwd=tree)
        processes.append(made)
        return made

    found: dict[str, dict[str, object]] = {}
    try:
        assert begin("apply", state / "outscope.yaml", "--database", database).wait(60) == 0
        seen, until = pushed(broker), time.monotonic() + MOST_S
        next(seen)
        told = ("--broker", broker.url)
        begin("coordinator", *told, "--database", database, "--data", state / "data")
        begin("worker", "--region", "eu-west", *told, "--allow", "127.3.0.0/16")
        while not set(SORTS) <= set(found) and time.monotonic() < until:
            queue, message = next(seen)
            found.setdefault(sort_of(queue, message), {"queue": queue, "message": message})
    finally:
        for process in processes:
            process.kill()
            process.wait()
        broker.kill()
        target.close()
    for sort in SORTS:
        text = json.dumps(found[sort], indent=1, sort_keys=True)
        text = text.replace(socket.gethostname(), "host")
        (folder / f"{sort}.json").write_text(text + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute(), Path(sys.argv[2]))
