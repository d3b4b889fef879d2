"""A PostgreSQL server of the tests' own, from the binaries that the distribution installs."""

import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

from api.supervisor.claim import free_port

SERVER_USER = "postgres"


def binaries() -> Path | None:
    """The folder of the newest installed server's programs; None when there is none."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3])
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    return Path(on_path).parent if on_path else None


class Postgres:
    """A cluster below `folder`, on a free port of the loopback, that trusts everybody there.

    PostgreSQL refuses to run as root, so root hands it to the user `postgres`, who must be able to
    reach `folder`.
    """

    def __init__(self, programs: Path, folder: Path, *, durable: bool = False) -> None:
        """One that is `durable` waits for its disk, as servers do."""
        self._programs = programs
        self._fsync = "on" if durable else "off"
        self._data = folder / "data"
        self._log = folder / "log"
        self.port = free_port()
        if os.getuid() == 0:
            user = pwd.getpwnam(SERVER_USER)
            os.chown(folder, user.pw_uid, user.pw_gid)

    def create(self) -> None:
        """Make the cluster and start it."""
        self._run(
            "initdb",
            "-D",
            str(self._data),
            "-A",
            "trust",
            "-U",
            SERVER_USER,
            "-E",
            "UTF8",
            "--no-sync",
        )
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c"
            f" fsync={self._fsync}"
        )
        self._run(
            "pg_ctl", "-D", str(self._data), "-l", str(self._log), "-w", "-o", options, "start"
        )

    def replica(self, folder: Path) -> "Postgres":
        """A second server, running, that follows this one; from now on what this one commits is
        committed on both.
        """
        second = Postgres(self._programs, folder)
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", SERVER_USER]
        self._run(
            "pg_basebackup", *where, "-D", str(second._data), "-R", "-X", "stream", "-c", "fast"
        )
        second.start()
        for sql in ("ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"):
            self._run("psql", *where, "-c", sql)
        return second

    def promote(self) -> None:
        """Have a replica follow nobody any more, and be written to."""
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", SERVER_USER]
        for sql in ("ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_promote()"):
            self._run("psql", *where, "-c", sql)

    def stop(self) -> None:
        """Stop the server at once; connections break."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")

    def runs(self) -> bool:
        """Whether it does."""
        try:
            self._run("pg_ctl", "-D", str(self._data), "status")
        except subprocess.CalledProcessError:
            return False
        return True

    def pause(self) -> None:
        """Let all its processes stand still; connections stay open, and nobody answers."""
        for pid in self._pids():
            os.kill(pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let all go on that stand still."""
        for pid in self._pids():
            os.kill(pid, signal.SIGCONT)

    def _pids(self) -> list[int]:
        first = int((self._data / "postmaster.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return [first, *map(int, children)]

    def database(self, name: str, template: str = "template1") -> str:
        """Make a database, an empty one or the copy of another; its URL."""
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", SERVER_USER]
        self._run("createdb", *where, "-T", template, name)
        return f"postgresql://{SERVER_USER}@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        as_user = ["runuser", "-u", SERVER_USER, "--"] if os.getuid() == 0 else []
        command = [*as_user, str(self._programs / program), *arguments]
        subprocess.run(
            command, check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
