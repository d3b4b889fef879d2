"""`outscope region add`, `worker invite` and what follows, on a store."""

import json
import re
from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli.app import app
from coordinator.configuration import load_configuration
from coordinator.joining.meeting import STANDING, Meeting
from coordinator.joining.token import digest_of
from coordinator.store import Store
from coordinator.store.audit import Entry
from coordinator.store.joining.invitations import Admitted, Invitation
from coordinator.store.joining.keys import WorkerKey
from tests.api import seeds
from worker.contract.clock import now
from worker.probes.kinds import KINDS

Seed = Callable[[Callable[[Store], Awaitable[Any]]], None]
URL = "https://outscope.example.com"


@pytest.fixture
def ran(api_database: str, seed: Seed) -> Callable[..., Result]:
    """Runs a command on a store with a configuration in force."""
    seed(lambda store: store.configurations.save(seeds.configuration(), now()))
    seed(
        lambda store: store.standings.put(
            STANDING, STANDING, now(), Meeting("rediss://broker.example.com/0").document()
        )
    )

    def run(*words: str, **env: str) -> Result:
        told = {"OUTSCOPE_DATABASE": api_database, "COLUMNS": "160", **env}
        return CliRunner().invoke(app, list(words), env=told)

    return run


def regions(seed: Seed) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    async def look(store: Store) -> None:
        current = await store.configurations.current()
        assert current is not None
        found.extend(current[1]["regions"])

    seed(look)
    return found


def test_a_region_is_added_with_its_place(ran: Callable[..., Result], seed: Seed) -> None:
    before = regions(seed)
    dry = ran("region", "add", "no-north", "--country", "NO", "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "+ region no-north" in dry.output
    assert regions(seed) == before
    done = ran("region", "add", "no-north", "--name", "Norge", "--country", "NO")
    assert done.exit_code == 0, done.output
    (new,) = [one for one in regions(seed) if one not in before]
    assert (new["name"], new["country"], new["continent"]) == ("Norge", "NO", "EU")
    assert abs(new["latitude"] - 59.9) < 0.2
    assert "principal place of NO" in done.output
    again = ran("region", "add", "no-north", "--country", "NO")
    assert again.exit_code == 1
    assert "already the id of a region" in again.output


def test_the_line_to_write_into_the_file_is_the_same_region(
    ran: Callable[..., Result], seed: Seed, tmp_path: Path
) -> None:
    before = regions(seed)
    done = ran("region", "add", "x-1", "--name", 'A: "b" #c', "--country", "NO")
    assert done.exit_code == 0, done.output
    line = next(one for one in done.output.splitlines() if one.startswith("  - {"))
    (tmp_path / "o.yaml").write_text(f"include: [catalog:references]\nregions:\n{line}\n")
    kinds = {name: kind.params for name, kind in KINDS.items()}
    written = load_configuration(tmp_path / "o.yaml", kinds).document["regions"]
    assert written == [one for one in regions(seed) if one not in before]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Eu West", "--country", "IE"), "cannot be an id"),
        (("coordinator", "--country", "IE"), "a name of our own"),
        (("x", "--country", "ie"), "two capital letters"),
        (("x", "--country", "ZZ"), "'ZZ' is no country of ISO 3166"),
        (("x", "--country", "IE", "--latitude", "91"), "latitude"),
        (("x", "--country", "IE", "--longitude", "nan"), "longitude"),
        (("x", "--country", "IE", "--continent", "XX"), "continent"),
        (("x", "--country", "IE", "--name", "a\x1bb"), "name"),
    ],
)
def test_a_region_that_cannot_be_is_told_as_in_a_file(
    words: tuple[str, ...], said: str, ran: Callable[..., Result], seed: Seed
) -> None:
    before = regions(seed)
    done = ran("region", "add", *words)
    assert done.exit_code == 1
    assert said in done.output
    assert "Nothing was changed." in done.output
    assert regions(seed) == before


def test_an_invitation_is_one_line_and_its_token_is_stored_nowhere(
    ran: Callable[..., Result], seed: Seed, api_database: str
) -> None:
    done = ran("worker", "invite", "--region", "eu-west", OUTSCOPE_PUBLIC_URL=URL)
    assert done.exit_code == 0, done.output
    line = re.fullmatch(rf"outscope-worker join {URL} --token (osj_\S{{32}})\n", done.stdout)
    assert line, done.stdout
    digests: list[str] = []

    async def look(store: Store) -> None:
        digests.extend(one.digest for one in await store.invitations.open(now()))

    seed(look)
    assert digests == [digest_of(line[1])]
    path = Path(api_database.removeprefix("sqlite://"))
    stored = b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))
    assert line[1].encode() not in stored
    assert line[1] not in ran("audit", "--json").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--region", "eu-wst", "--url", URL), "did you mean `eu-west`"),
        (("--region", "eu-west"), "OUTSCOPE_PUBLIC_URL"),
        (("--region", "eu-west", "--url", "http://outscope.example.com"), "without TLS"),
        (("--region", "eu-west", "--url", "outscope.example.com"), "no address of an API"),
        (("--region", "eu-west", "--url", "https://u:pw@x.example"), "no address of an API"),
        (("--region", "eu-west", "--url", URL, "--expires", "soon"), "not a duration"),
        (("--region", "eu-west", "--url", URL, "--expires", "31d"), "not from 1s to 30d"),
        (("--region", "eu-west", "--url", URL, "--from", "203.0.113.7/24"), "203.0.113.0/24"),
        (("--region", "eu-west", "--url", URL, "--from", "here"), "is no network"),
    ],
)
def test_an_invitation_that_cannot_be_is_a_sentence(
    words: tuple[str, ...], said: str, ran: Callable[..., Result]
) -> None:
    done = ran("worker", "invite", *words)
    assert done.exit_code == 2
    assert said in done.output
    assert "osj_" not in done.output
    assert "pw" not in done.output


def joined(seed: Seed, region: str = "eu-west", worker: str = "eu-west-a") -> None:
    """A worker that joined."""

    async def write(store: Store) -> None:
        at, token = now(), digest_of(f"{region} {worker}")
        made = Invitation(0, token, region, None, None, at, at + 60_000)
        line = Entry(at, "x", "y", "z", "here")
        await store.invitations.add(made, line)

        def admit(found: Invitation | None, _keys: list[WorkerKey]) -> Admitted:
            assert found is not None
            digest = sha256(worker.encode()).hexdigest()
            return Admitted(found, worker, digest, at, at, line)

        await store.invitations.redeem(token, admit)

    seed(write)


def test_a_worker_is_listed_shown_rotated_revoked_and_removed(
    ran: Callable[..., Result], seed: Seed
) -> None:
    joined(seed)
    told = json.loads(ran("worker", "list", "--json").stdout)
    assert [(one["worker"], one["state"]) for one in told] == [("eu-west-a", "not heard")]
    assert "worker.eu-west.eu-west-a" in ran("worker", "show", "eu-west/eu-west-a").stdout
    line = ran("worker", "rotate", "eu-west-a", "--url", URL)
    assert re.fullmatch(
        rf"outscope-worker join {URL} --token osj_\S+ --replace --only-write\n", line.stdout
    )
    kept = ran("worker", "remove", "eu-west-a")
    assert (kept.exit_code, "may still work" in kept.output) == (2, True)
    assert ran("worker", "revoke", "eu-west-a").exit_code == 0
    assert "revoked before" in ran("worker", "revoke", "eu-west-a").output
    assert "was revoked" in ran("worker", "rotate", "eu-west-a", "--url", URL).output
    assert json.loads(ran("worker", "show", "eu-west-a", "--json").stdout)["state"] == "revoked"
    assert ran("worker", "remove", "eu-west-a").exit_code == 0
    gone = ran("worker", "show", "eu-west-a")
    assert (gone.exit_code, "no worker 'eu-west-a' has joined" in gone.output) == (2, True)
    acts = [one["what"] for one in json.loads(ran("audit", "--json").stdout)]
    assert acts[:3] == ["worker removed", "worker revoked", "key rotation offered"]


def test_a_name_of_two_workers_has_to_be_told_apart(ran: Callable[..., Result], seed: Seed) -> None:
    joined(seed, "eu-west", "attic")
    joined(seed, "us-east", "attic")
    done = ran("worker", "revoke", "attic")
    assert done.exit_code == 2
    assert "eu-west/attic, us-east/attic" in done.output


def test_the_printed_list_is_of_the_workers_that_joined(
    ran: Callable[..., Result], seed: Seed, tmp_path: Path
) -> None:
    joined(seed)
    words = ("broker", "acl", "--passwords", str(tmp_path / "passwords"))
    printed = ran(*words, "--print").stdout.splitlines()
    assert [line.split()[1] for line in printed] == [
        "default",
        "coordinator",
        "worker.eu-west.eu-west-a",
    ]
    assert sha256(b"eu-west-a").hexdigest() in printed[2]
    assert "acl|setuser" not in printed[1]
    alone = ran(*words, "--joining").stdout.splitlines()
    assert [line.split()[1] for line in alone] == ["default", "coordinator"]
    assert "+acl|setuser" in alone[1]


def test_the_command_still_runs_a_worker() -> None:
    done = CliRunner().invoke(app, ["worker", "run", "--help"])
    assert (done.exit_code, "outscope-worker" in done.output) == (0, True)
    env = {"OUTSCOPE_REGION": "", "OUTSCOPE_BROKER": "", "XDG_STATE_HOME": "/nonexistent"}
    for words in (["worker", "--region", "Eu West"], ["worker"]):
        assert CliRunner().invoke(app, words, env=env).exit_code == 2
    told = CliRunner().invoke(app, ["worker", "--help"]).output
    assert all(name in told for name in ("invite", "join", "run", "revoke", "rotate"))
