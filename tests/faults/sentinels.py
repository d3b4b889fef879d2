"""A Redis server, its replica, and three Sentinels that watch over both: real processes."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from redis import Redis

from tests.faults.broker import Broker
from tests.faults.coordinator import until

NAME = "outscope"
SENTINELS = 3
CONFIGURATION = """port {port}
bind 127.0.0.1
dir {folder}
sentinel monitor {name} 127.0.0.1 {master} 2
sentinel down-after-milliseconds {name} 1000
sentinel failover-timeout {name} 4000
"""


class Watched:
    """Leave with `close`. `url` names the Sentinels."""

    def __init__(self, folder: Path, free_port: Callable[[], int]) -> None:
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        assert program is not None, "install redis-server"
        self._program = program
        self.master = Broker(free_port(), folder / "master", program=program)
        follows = ("--replicaof", f"127.0.0.1 {self.master.port}")
        self.replica = Broker(free_port(), folder / "replica", program=program, options=follows)
        self.master.start()
        self.replica.start()
        self._ports = [free_port() for _ in range(SENTINELS)]
        self._processes = [self._sentinel(folder / str(port), port) for port in self._ports]
        hosts = ",".join(f"127.0.0.1:{port}" for port in self._ports)
        self.url = f"redis+sentinel://{hosts}/{NAME}/0"
        until(self._knows_all, "the Sentinels")

    def _sentinel(self, folder: Path, port: int) -> "subprocess.Popen[bytes]":
        folder.mkdir(parents=True)
        file = folder / "sentinel.conf"
        file.write_text(
            CONFIGURATION.format(port=port, folder=folder, name=NAME, master=self.master.port)
        )
        with (folder / "log").open("ab") as log:
            return subprocess.Popen(
                [self._program, str(file), "--sentinel"], stdout=log, stderr=log
            )

    def _knows_all(self) -> bool:
        """Whether each of them knows the replica and the others."""
        told = []
        for port in self._ports:
            try:
                with Redis(port=port) as client:
                    told.append(client.sentinel_master(NAME))
            except OSError:
                return False
            except Exception:  # it is not up yet
                return False
        return all(
            one["num-slaves"] == 1 and one["num-other-sentinels"] == SENTINELS - 1 for one in told
        )

    def kill_sentinel(self) -> None:
        """End one of them."""
        process = self._processes.pop()
        process.kill()
        process.wait()

    def close(self) -> None:
        """End everything."""
        while self._processes:
            self.kill_sentinel()
        self.replica.kill()
        self.master.kill()
