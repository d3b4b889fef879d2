"""A network of its own in which services run under the names and at the ports of a compose file:
a namespace of the kernel, with a hosts file. No image is needed, and no port of the machine taken.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.e2e.running import until

INSIDE = """
set -eu
mount -t tmpfs run /run
mount -t tmpfs state /var/lib
while [ "$1" != -- ]; do
  mkdir -p "$(dirname "$2")"
  if [ -d "$1" ]; then mkdir -p "$2"; else : > "$2"; fi
  mount --bind "$1" "$2"
  shift 2
done
shift
exec "$@"
"""
"""Lays what a service is given where it expects it: pairs of source and target, then `--`."""


def possible() -> bool:
    """Whether this machine lets us make one."""
    return os.getuid() == 0 and shutil.which("ip") is not None


class Network:
    """Ends what was started in it when the block ends."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._folder = folder
        self._name = f"outscope-{os.getpid()}"
        self._hosts = Path("/etc/netns") / self._name
        self._names = names
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Network":
        self._hosts.mkdir(parents=True)
        (self._hosts / "hosts").write_text(f"127.0.0.1 localhost {' '.join(self._names)}\n")
        subprocess.run(["ip", "netns", "add", self._name], check=True)
        subprocess.run(["ip", "-n", self._name, "link", "set", "lo", "up"], check=True)
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self.processes.values()):
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        subprocess.run(["ip", "netns", "del", self._name], check=True)
        shutil.rmtree(self._hosts)

    def run(
        self, name: str, command: Sequence[str], env: Mapping[str, str], laid: Mapping[str, Path]
    ) -> str:
        """Run a service that ends, and wait for it; what it said."""
        with self._log(name).open("ab") as log:
            done = subprocess.run(
                self._inside(command, laid),
                env=_environment(env),
                stdout=log,
                stderr=log,
                timeout=120,
                check=False,
            )
        assert done.returncode == 0, self.log(name)
        return self.log(name)

    def start(
        self,
        name: str,
        command: Sequence[str],
        env: Mapping[str, str] = {},
        laid: Mapping[str, Path] = {},
    ) -> None:
        """Start a service that goes on."""
        with self._log(name).open("ab") as log:
            self.processes[name] = subprocess.Popen(
                self._inside(command, laid), env=_environment(env), stdout=log, stderr=log
            )

    def healthy(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> None:
        """Wait until the healthcheck of a service succeeds."""

        def well() -> bool:
            assert self.processes[name].poll() is None, self.log(name)
            done = subprocess.run(
                self._inside(command, {}),
                env=_environment(env),
                capture_output=True,
                timeout=60,
                check=False,
            )
            return done.returncode == 0

        try:
            until(f"{name} is well", well, 120)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log(name)}") from None

    def log(self, name: str) -> str:
        """Everything that a service has said."""
        return self._log(name).read_text(errors="replace")

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def _inside(self, command: Sequence[str], laid: Mapping[str, Path]) -> list[str]:
        pairs = [str(part) for target, source in laid.items() for part in (source, target)]
        return [
            *("ip", "netns", "exec", self._name, "sh", "-c", INSIDE, "inside"),
            *(*pairs, "--", *command),
        ]


def _environment(env: Mapping[str, str]) -> dict[str, str]:
    """What an image would give, and the service's own."""
    kept = ("PATH", "PYTHONPATH", "LANG")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "HOME": "/var/lib/outscope",
        "OUTSCOPE_DATA": "/var/lib/outscope",
        "OUTSCOPE_STATE_DIR": "/var/lib/outscope",
        **env,
    }
