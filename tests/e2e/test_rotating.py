"""What docs/how-to/rotate-a-secret.md says: secrets are rotated while all of it runs."""

import asyncio
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet
from redis import Redis

from tests.e2e.reloading import Asking, every_result, hangups, holes, newest_of_each, reloaded
from tests.e2e.running import Running, outscope, until
from tests.e2e.target import REGIONS
from tests.faults.broker import Broker
from worker.contract.clock import now

pytestmark = pytest.mark.slow

BOTH = "OUTSCOPE_BROKER_FILE,OUTSCOPE_DATABASE_FILE"


class Apart(Running):
    """Coordinator, writer, API and workers, each a process of its own that reads its secrets from
    files.
    """

    def __init__(self, folder: Path, port: int, broker: Broker, database: str) -> None:
        self.port = port
        self._folder = folder
        self._broker = broker
        self._database = database
        self._admin = Redis(port=broker.port)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def admit(self, password: str, user: str) -> None:
        """Let this password into the broker as well, and this user into the database."""
        self._admin.execute_command(
            "ACL", "SETUSER", "outscope", "on", "~*", "&*", "+@all", f">{password}"
        )
        self._sql(f"CREATE ROLE {user} SUPERUSER LOGIN")

    async def _run(self, *statements: str) -> None:
        link = await asyncpg.connect(self._database.replace("postgres://", "postgresql://"))
        for statement in statements:
            await link.execute(statement)
        await link.close()

    def _sql(self, *statements: str) -> None:
        asyncio.run(self._run(*statements))

    def expel(self, password: str, user: str) -> None:
        """Let them in no more, and drop who is in by them."""
        self._admin.execute_command("ACL", "SETUSER", "outscope", f"<{password}")
        left = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{user}'"
        self._sql(f"ALTER ROLE {user} NOLOGIN", left)

    def used(self, user: str) -> int:
        """How many connections to the database there are of a user."""

        async def count() -> int:
            link = await asyncpg.connect(self._database)
            found = await link.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = $1", user
            )
            await link.close()
            return int(found)

        return asyncio.run(count())

    def write(self, password: str, user: str) -> None:
        """Write the files that the processes read."""
        (self._folder / "broker").write_text(
            f"redis://outscope:{password}@127.0.0.1:{self._broker.port}/0\n"
        )
        host = self._database.rpartition("@")[2]
        (self._folder / "database").write_text(f"postgres://{user}@{host}\n")

    def log(self, name: str) -> Path:
        """Where a process logs."""
        return self._folder / f"{name}.log"

    def start(self, name: str, *arguments: object, **environ: str) -> None:
        """Start a command."""
        with self.log(name).open("wb") as log:
            self.processes[name] = subprocess.Popen(
                outscope(*arguments),
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={
                    **os.environ,
                    "XDG_STATE_HOME": str(self._folder),
                    "OUTSCOPE_DATA": str(self._folder / "data"),
                    "OUTSCOPE_BROKER_FILE": str(self._folder / "broker"),
                    "OUTSCOPE_DATABASE_FILE": str(self._folder / "database"),
                    "OUTSCOPE_GEOIP_COUNTRY": str(self._folder / "country.mmdb"),
                    "OUTSCOPE_PUBLIC_ADDRESS": "8.0.0.1",
                    **environ,
                },
            )

    def stop(self) -> None:
        """End all."""
        for process in self.processes.values():
            process.kill()
            process.wait()


def geoip(path: Path, country: str, networks: int = 1) -> None:
    """Write a country database in place."""
    writer = MMDBWriter(6, "GeoLite2-Country", ipv4_compatible=True)
    for number in range(networks):
        network = IPSet([f"8.{number}.0.0/16"])
        writer.insert_network(network, {"country": {"iso_code": country}})
    draft = path.with_suffix(".draft")
    writer.to_db_file(str(draft))
    path.write_bytes(draft.read_bytes())


@pytest.fixture(params=["writer", "no writer"])
def apart(
    request: pytest.FixtureRequest,
    valkey: Broker,
    postgres_url: str,
    fast_config: Path,
    tmp_path: Path,
    free_port: Callable[[], int],
) -> Iterator[Apart]:
    subprocess.run(
        outscope("apply", fast_config, "--database", postgres_url), check=True, capture_output=True
    )
    made = Apart(tmp_path, free_port(), valkey, postgres_url)
    writers = "elsewhere" if request.param == "writer" else "here"
    user = f"u0_{postgres_url[-8:]}"
    geoip(tmp_path / "country.mmdb", "XX", 200)
    made.admit("secret-0", user)
    made.write("secret-0", user)
    made.start("coordinator", "coordinator", OUTSCOPE_WRITERS=writers)
    if request.param == "writer":
        made.start("writer", "writer", OUTSCOPE_WRITERS=writers)
    made.start("api", "api", "--port", made.port)
    for region in REGIONS:
        made.start(region, "worker", "--region", region, "--allow", "127.3.0.0/16")
    try:
        fit = dict.fromkeys(REGIONS, "fit")
        until("all regions are fit", lambda: made.fitness() == fit)
        yield made
    finally:
        made.stop()


def test_every_secret_is_rotated_under_load_and_the_old_ones_are_removed(
    apart: Apart, postgres_url: str
) -> None:
    since = now()
    everyone = [process.pid for process in apart.processes.values()]
    users = [f"u{n}_{postgres_url[-8:]}" for n in range(3)]
    with Asking(lambda: apart.get("/v1/services")) as asking:
        for n in (1, 2):
            apart.admit(f"secret-{n}", users[n])
            apart.write(f"secret-{n}", users[n])
            for name, process in apart.processes.items():
                line = reloaded(process, apart.log(name))
                assert "kept=-" in line, (name, apart.log(name).read_text())
                assert "changed=-" not in line, (name, line)
            with hangups(*everyone):
                until("nobody is in by the old", lambda: apart.used(users[n - 1]) == 0, 20)  # noqa: B023
                time.sleep(2)  # as long as one read of a worker's queue takes
            apart.expel(f"secret-{n - 1}", users[n - 1])
        over = now()
        due = (over // 1000 - 1) * 1000
        until("all that was due", lambda: min(newest_of_each(apart), default=0) >= due)
    assert asking.wrong == []
    assert asking.asked > 50
    assert holes(every_result(apart, since), since + 1000, due) == []
    for name, process in apart.processes.items():
        assert process.poll() is None, name
        told = apart.log(name).read_text()
        assert "secret-" not in told, name
        assert " ERROR " not in told, told


def test_what_is_of_no_use_is_told_and_nothing_changes(apart: Apart, tmp_path: Path) -> None:
    (tmp_path / "broker").write_text("redis://outscope:wr0ng@127.0.0.1:1/0")
    (tmp_path / "database").write_text("postgres://nobody-here:wr0ng@127.0.0.1:1/elsewhere")
    for name in {"coordinator", "writer"} & apart.processes.keys():
        line = reloaded(apart.processes[name], apart.log(name))
        assert f"kept={','.join(reversed(BOTH.split(',')))}" in line, line
    assert "kept=OUTSCOPE_DATABASE_FILE" in reloaded(apart.processes["api"], apart.log("api"))
    (tmp_path / "broker").unlink()
    (tmp_path / "database").write_text("")
    for name in {"coordinator", "writer", "api"} & apart.processes.keys():
        line = reloaded(apart.processes[name], apart.log(name), "not_reloaded")
        assert "WARNING" in line
        assert "wr0ng" not in apart.log(name).read_text()
    since = now()
    until("looks go on", lambda: min(newest_of_each(apart), default=0) > since + 2000)


def test_a_country_database_that_is_cut_short_in_place_ends_nobody(
    apart: Apart, tmp_path: Path
) -> None:
    def countries() -> set[object]:
        told = apart.get("/v1/workers") or {"items": []}
        return {worker["ip_country"] for worker in told["items"]}

    until("where workers are", lambda: countries() == {"XX"})
    os.truncate(tmp_path / "country.mmdb", 100)
    storing = "writer" if "writer" in apart.processes else "coordinator"
    line = reloaded(apart.processes[storing], apart.log(storing))
    assert "kept=OUTSCOPE_GEOIP_COUNTRY" in line
    since = now()
    until("looks go on", lambda: min(newest_of_each(apart), default=0) > since + 6000)
    assert countries() == {"XX"}
    geoip(tmp_path / "country.mmdb", "YY")
    reloaded(apart.processes[storing], apart.log(storing), "changed=OUTSCOPE_GEOIP_COUNTRY")
    until("where workers are now", lambda: countries() == {"YY"})
    assert all(process.poll() is None for process in apart.processes.values())
