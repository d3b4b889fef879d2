"""Secrets of every shape, in every setting and command that takes one: no output repeats any part
of them.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
FIRST, LAST = "hunter7", "zebra9"
HOSTILE = [f"{FIRST}{between}{LAST}" for between in ("/", "@", ":", "#", "?", "%", "[", "]", "//")]
HOSTILE += [f"{FIRST} {LAST}", f"{FIRST}\n{LAST}", f"{FIRST}ü{LAST}", f"12/{FIRST}@{LAST}"]
HOSTILE += [f"{FIRST}%zz{LAST}", f"[{FIRST}]:{LAST}", f"{FIRST}?x={LAST}@", f"{FIRST}\\{LAST}"]
WORKER = ("worker", "--region", "eu-west", "--state-dir", "{tmp}")
BROKER = "redis://user:{secret}@127.0.0.1:1/0"
DATABASE = "postgresql://user:{secret}@127.0.0.1:1/outscope"
NOTIFY = ("notify", "test", "--config", "{tmp}/notify.yaml")
HELD = {"OUTSCOPE_BROKER": "redis://127.0.0.1:1/0"}
PLACES = [
    ((*WORKER, "--broker", BROKER), {}),
    (WORKER, {"OUTSCOPE_BROKER": BROKER}),
    (WORKER, {"OUTSCOPE_BROKER_FILE": BROKER}),
    ((*WORKER, "--contact", "https://user:{secret}@127.0.0.1/"), {"OUTSCOPE_BROKER": "redis://x"}),
    (("coordinator", "--broker", BROKER, "--data", "{tmp}"), {}),
    (("coordinator", "--data", "{tmp}"), {"OUTSCOPE_BROKER_FILE": BROKER}),
    (("coordinator", "--broker", "redis://x", "--database", DATABASE, "--data", "{tmp}"), {}),
    (("writer", "--broker", BROKER, "--data", "{tmp}"), {}),
    (("up", "--broker", BROKER, "--data", "{tmp}"), {}),
    (("up", "--database", DATABASE, "--data", "{tmp}"), {}),
    (("api", "--database", DATABASE), {}),
    (("doctor", "--broker", BROKER, "--data", "{tmp}"), {}),
    (("doctor", "--json", "--data", "{tmp}"), {"OUTSCOPE_DATABASE": DATABASE}),
    (("doctor", "--data", "{tmp}"), {"OUTSCOPE_DATABASE_FILE": DATABASE}),
    (("apply", "catalog:claude", "--database", DATABASE), {}),
    (("backup", "--database", DATABASE), {}),
    (("region", "strikes", "--database", DATABASE), {}),
    (("key", "--data", "{tmp}"), {"OUTSCOPE_SIGNING_KEY": "{secret}"}),
    (("archive", "--status", "--archive", "s3://key:{secret}@bucket/x", "--data", "{tmp}"), {}),
    (("dataset", "{tmp}/new", "--archive", "s3://key:{secret}@bucket/x", "--data", "{tmp}"), {}),
    (("sql", "select 1", "--archive", "s3://key:{secret}@bucket/x", "--data", "{tmp}"), {}),
    (("status", "--url", "http://user:{secret}@127.0.0.1:1"), {}),
    (("export",), {"OUTSCOPE_URL": "http://user:{secret}@127.0.0.1:1"}),
    (("probe", "https://user:{secret}@127.0.0.1:1/", "--timeout", "1"), {}),
    (("probe", "wss://user:{secret}@127.0.0.1:1/", "--timeout", "1"), {}),
    (("probe", "tcp://user:{secret}@127.0.0.1:1", "--timeout", "1"), {}),
    (("probe", "dns://user:{secret}@127.0.0.1/a.example", "--timeout", "1"), {}),
    (
        ("probe", "https://127.0.0.1:1/", "--param", "proxy=http://u:{secret}@127.0.0.1:1"),
        {"OUTSCOPE_ALLOW_ADDRESSES": "127.0.0.0/8"},
    ),
    (("config", "check", "{tmp}/outscope.yaml"), {}),
    (NOTIFY, {"OUTSCOPE_NOTIFY_A": "mailto://user:{secret}@127.0.0.1:1?from=a@b.example"}),
    (NOTIFY, {"OUTSCOPE_NOTIFY_A": "https://user:{secret}@127.0.0.1:1/"}),
    (NOTIFY, {"OUTSCOPE_NOTIFY_A": "http://127.0.0.1:1/{secret}"}),
    (NOTIFY, {"OUTSCOPE_NOTIFY_A": "pagerduty://{secret}?endpoint=http://127.0.0.1:1/"}),
    (NOTIFY, {"OUTSCOPE_NOTIFY_A": "pagerduty://x?endpoint=http://u:{secret}@127.0.0.1:1/"}),
    (NOTIFY, {"OUTSCOPE_NOTIFY_A": "json://user:{secret}@127.0.0.1:1/"}),
    (NOTIFY, {"OUTSCOPE_NOTIFY_A": "{secret}"}),
    (NOTIFY, {"OUTSCOPE_NOTIFY_A": "https://127.0.0.1:1/", "OUTSCOPE_NOTIFY_B": "{secret}"}),
    (("notify", "log", "--database", DATABASE), {}),
    (("advice", "--url", "http://user:{secret}@127.0.0.1:1"), {}),
    (("relay", "--database", DATABASE), {}),
    (("relay", "--database", "sqlite://{tmp}/x.db"), {"OUTSCOPE_RELAY_BROKER": BROKER}),
    (("api", "--database", "sqlite://{tmp}/x.db"), {"OUTSCOPE_RELAY": "https://u:{secret}@x"}),
    (
        ("coordinator", "--data", "{tmp}"),
        {**HELD, "OUTSCOPE_HEARTBEAT_URL": "https://u:{secret}@x"},
    ),
    (("coordinator", "--data", "{tmp}"), {**HELD, "OUTSCOPE_HEALTH": "user:{secret}@127.0.0.1:1"}),
    (("up", "--data", "{tmp}"), {"OUTSCOPE_HEARTBEAT_URL": "https://u:{secret}@x"}),
    (WORKER, {**HELD, "OUTSCOPE_HEALTH": "user:{secret}@127.0.0.1:1"}),
]
CONFIGURATION = """
regions: [{{id: a, name: A, country: IE, continent: EU, latitude: 1, longitude: 1}}]
services:
  - id: s
    name: S
    components:
      - id: c
        name: C
        checks: [{{id: x, kind: http, url: {url}, interval: 30s, timeout: 5s}}]
"""
TOLD = """
include: [catalog:here, catalog:claude]
notify: [{id: me, to: "${env:OUTSCOPE_NOTIFY_A}"}]
"""
SIGNED = TOLD.replace("}]", ', secret: "${env:OUTSCOPE_NOTIFY_B}"}]')


def _ran(words: tuple[str, ...], settings: dict[str, str], secret: str, tmp_path: Path) -> str:
    told = {"secret": secret, "tmp": str(tmp_path)}
    environment = {
        **{name: value for name, value in os.environ.items() if name[:8] != "OUTSCOPE"},
        **{name: value.format(**told) for name, value in settings.items()},
    }
    command = [sys.executable, "-m", "api.cli", *(word.format(**told) for word in words)]
    try:
        ran = subprocess.run(command, env=environment, capture_output=True, timeout=20, check=False)
    except subprocess.TimeoutExpired as error:  # a password that needs no encoding: it runs
        assert ":" in secret
        return ((error.stdout or b"") + (error.stderr or b"")).decode("utf-8", "replace")
    assert ran.returncode != 0 or words[0] in ("config", "sql", "key"), "the secret was taken"
    return (ran.stdout + ran.stderr).decode("utf-8", "replace")


@pytest.mark.parametrize("number", range(len(PLACES)), ids=lambda n: "-".join(PLACES[n][0][:2]))
def test_no_part_of_a_secret_is_printed(number: int, tmp_path: Path) -> None:
    words, settings = PLACES[number]
    for secret in HOSTILE[number % 9 :: 9]:
        url = f'"https://user:{secret.encode("unicode_escape").decode()}@127.0.0.1/"'
        (tmp_path / "outscope.yaml").write_text(
            CONFIGURATION.format(url=url.replace("\\\\", "\\\\\\\\")), encoding="utf-8"
        )
        signed = "OUTSCOPE_NOTIFY_B" in settings
        (tmp_path / "notify.yaml").write_text(SIGNED if signed else TOLD)
        said = _ran(words, settings, secret, tmp_path)
        assert FIRST not in said, (secret, said)
        assert LAST not in said, (secret, said)
        assert "Traceback" not in said, (secret, said)
