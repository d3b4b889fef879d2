"""The access list as a command prints it, and as the how-to says to print it."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError
from typer.testing import CliRunner

from api.cli.app import app
from tests.faults.broker import Broker

HOW_TO = Path(__file__).parents[4] / "docs" / "how-to" / "run-in-regions.md"
CONFIGURATION = """
regions:
  - {id: eu-west, name: Ireland, country: IE, continent: EU, latitude: 53.3, longitude: -6.3}
  - {id: us-east, name: Virginia, country: US, continent: "NA", latitude: 38.9, longitude: -77.5}
services:
  - id: shop
    name: Shop
    components:
      - id: web
        name: Web
        checks:
          - {id: shop-web, kind: tcp, host: shop.example, port: 443}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "outscope.yaml").write_text(CONFIGURATION)
    return tmp_path


def printed(*arguments: str, stdin: str | None = None) -> list[str]:
    found = CliRunner().invoke(app, ["broker", "acl", *arguments], input=stdin)
    assert found.exit_code == 0, found.output
    return [line for line in found.stdout.splitlines() if line.startswith("user ")]


def test_what_the_how_to_says_makes_a_broker_that_lets_in_its_users_only(
    folder: Path, free_port: Callable[[], int]
) -> None:
    command = re.search(r"^outscope broker acl --config .*$", HOW_TO.read_text(), re.MULTILINE)
    assert command is not None
    program = f"{shlex.quote(sys.executable)} -m api.cli"
    line = command[0].replace("outscope", program, 1)
    subprocess.run(line, shell=True, cwd=folder, check=True, env=dict(os.environ))
    passwords = {path.name: path.read_text().strip() for path in folder.glob("*passwords/*")}
    assert set(passwords) == {"coordinator", "eu-west", "us-east"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.glob("*passwords/*"))
    listed = (folder / "users.acl").read_text().splitlines()
    assert listed[0] == "user default off resetkeys resetchannels -@all"
    broker = Broker(free_port(), folder / "broker", acl=listed)
    broker.start()
    try:
        with Redis(port=broker.port) as nobody, pytest.raises(AuthenticationError):
            nobody.ping()
        for user, password in passwords.items():
            with Redis(port=broker.port, username=user, password=password) as link:
                assert link.ping()
        with Redis(port=broker.port, username="eu-west", password=passwords["eu-west"]) as link:
            assert link.lpush("reports.eu-west", "x") == 1
            with pytest.raises(NoPermissionError):
                link.lpush("reports.us-east", "x")
    finally:
        broker.kill()


def test_the_same_passwords_make_the_same_list(folder: Path) -> None:
    arguments = ("--config", f"{folder}/outscope.yaml", "--passwords", f"{folder}/passwords")
    first = printed(*arguments)
    assert first == printed(*arguments)
    (folder / "passwords" / "eu-west").unlink()
    again = printed(*arguments)
    assert [line.split()[1] for line in first if line not in again] == ["eu-west"]


def test_without_a_folder_each_password_is_asked_for(folder: Path) -> None:
    lines = printed("--config", f"{folder}/outscope.yaml", stdin="a\nb\nc\n")
    assert [line.split()[1] for line in lines] == ["default", "coordinator", "eu-west", "us-east"]


def test_named_workers_have_keys_of_their_own(folder: Path) -> None:
    arguments = ("--config", f"{folder}/outscope.yaml", "--passwords", f"{folder}/passwords")
    lines = printed(*arguments, "--worker", "eu-west=w1", "--worker", "eu-west=w2")
    eu_west = next(line for line in lines if line.startswith("user eu-west"))
    assert "%W~echo.eu-west.w1 %W~echo.eu-west.w2" in eu_west
    assert "echo.eu-west.*" not in eu_west


def test_the_list_opens_the_database_that_the_urls_name_and_no_other(folder: Path) -> None:
    given = ("--config", str(folder / "outscope.yaml"), "--passwords", str(folder / "passwords"))
    assert all("+select|0 " in line for line in printed(*given)[1:])
    assert all("+select|3 " in line for line in printed(*given, "--number", "3")[1:])
