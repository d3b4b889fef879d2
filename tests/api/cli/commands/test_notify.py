"""`outscope notify`, as an operator calls it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli.app import app
from coordinator.domain.acknowledging.acknowledgement import Acknowledgement, State
from coordinator.domain.maintenance.window import Occurrence
from coordinator.store import Store
from coordinator.store.notices.threads import Letter
from coordinator.store.state.standings import SIGNING
from tests.api import seeds
from tests.coordinator.notifying.receivers import mail_server, web_server
from tests.coordinator.store.notices.test_notices import message
from worker.contract.clock import now
from worker.contract.instant import rfc3339

pytestmark = pytest.mark.slow

YAML = """\
include: [catalog:here, catalog:claude]
notify:
  - id: me
    to: {to}
"""
Run = Callable[..., Result]


@pytest.fixture
def notify(api_database: str) -> Run:
    """Runs the command on this test's database."""

    def run(*arguments: str, **environ: str) -> Result:
        env = {"OUTSCOPE_DATABASE": api_database, "COLUMNS": "160", **environ}
        return CliRunner().invoke(app, ["notify", *arguments], env=env)

    return run


def written(tmp_path: Path, to: str) -> str:
    path = tmp_path / "outscope.yaml"
    path.write_text(YAML.format(to=json.dumps(to)))
    return str(path)


async def told(store: Store) -> None:
    at = now()
    document = {**seeds.configuration(), "notify": [{"id": "me", "to": ["http://127.0.0.1:1/"]}]}
    await store.configurations.save(document, at)
    await store.incidents.apply(seeds.incident("claude", at))
    await store.notice_threads.say([], [Letter("me", "me", message())], at)


def test_the_first_mail_is_three_lines_and_one_command(
    tmp_path: Path, notify: Run, free_port: Callable[[], int]
) -> None:
    port = free_port()
    to = f"mailto://127.0.0.1:{port}?from=outscope@example.com&to=me@example.com"
    with mail_server(port) as box:
        said = notify("test", "--config", written(tmp_path, to))
    assert said.exit_code == 0, said.output
    assert said.output.strip() == "me (mailto://127.0.0.1): sent"
    assert str(box.mails[0]["subject"]) == "Outscope: a trial"


def test_a_channel_that_does_not_work_says_why(tmp_path: Path, notify: Run) -> None:
    with web_server() as hook:
        hook.answer = (403, {})
        refused = notify("test", "--config", written(tmp_path, f"http://127.0.0.1:{hook.port}/x"))
    assert refused.exit_code == 1
    assert refused.output.strip() == "me (http://127.0.0.1): it answered 403"
    missing = notify("test", "--config", written(tmp_path, "${env:OUTSCOPE_NOTIFY_ME}"))
    assert "it needs OUTSCOPE_NOTIFY_ME in the coordinator's environment" in missing.output
    odd = notify("test", "--config", written(tmp_path, "nosuch://x"))
    assert "it is not an address that Apprise understands" in odd.output


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("- {id: me}", "to"),
        ("- {id: me, to: not an address}", "is not an address; write a URL"),
        ("- {id: me, to: 'mailto://${HOME}'}", "holds something else than ${env:OUTSCOPE_NOTIFY_"),
        ("- {id: me, to: []}", "to"),
        ("- {id: ME, to: 'json://x'}", "id"),
        ("- {id: me, to: 'json://x', services: [nosuch]}", "'nosuch' is not one of the services"),
        ("- {id: me, to: 'json://x', regions: [mars]}", "'mars' is not one of the regions"),
        ("- {id: me, to: 'json://x', components: [x]}", "'x' is not one of the components"),
        ("- {id: me, to: 'json://x', scopes: [none]}", "scopes"),
        ("- {id: me, to: 'json://x', severity: bad}", "severity"),
        ("- {id: me, to: 'json://x', confidence: 2}", "confidence"),
        ("- {id: me, to: 'json://x', after: soon}", "'soon' is not a duration"),
        ("- {id: me, to: 'json://x', after: 3d}", "must be at most 1d"),
        ("- {id: me, to: 'https://x', secret: hunter2}", "secret must be whsec_"),
        ("- {id: me, to: 'https://x', secret: [whsk_x, hunter2]}", "secret must be whsec_"),
        ("- {id: me, to: 'https://x', secret: []}", "secret"),
        ("- {id: me, to: 'https://x', secret: [whsk_a, whsk_b, whsk_c, whsk_d, whsk_e]}", "secret"),
        ("- {id: me, to: 'https://x', secret: {key: whsk_x}}", "secret"),
        ("- {id: me, to: 'json://x', quiet: {from: '22:00'}}", "until"),
        ("- {id: me, to: 'json://x', quiet: {from: '25:00', until: '07:00'}}", "from"),
        ("- {id: me, to: 'json://x', quiet: {from: '7:00', until: '07:00'}}", "from"),
        ("- {id: me, to: 'json://x', quiet: {from: '07:00', until: '07:00'}}", "same time"),
        (
            "- {id: me, to: 'json://x', quiet: {from: '22:00', until: '07:00', zone: Mars/X}}",
            "'Mars/X' is not a time zone",
        ),
        ("- {id: me, to: 'json://x'}\n  - {id: me, to: 'json://y'}", "'me' is there already"),
        ("- {id: me, to: 'json://x', when: later}", "when"),
    ],
)
def test_mistakes_are_told_with_their_line(
    tmp_path: Path, notify: Run, lines: str, told: str
) -> None:
    path = tmp_path / "outscope.yaml"
    path.write_text(f"include: [catalog:here, catalog:claude]\nnotify:\n  {lines}\n")
    said = notify("test", "--config", str(path))
    assert said.exit_code == 1
    assert told in said.output
    assert "outscope.yaml:" in said.output


def test_nobody_to_be_told_is_said(tmp_path: Path, notify: Run, seed: Any) -> None:
    seed(told)
    said = notify("test", "other")
    assert said.exit_code == 2
    assert "`notify` has no other; there is me" in said.output


def test_a_preview_shows_what_is_said_and_to_whom(notify: Run, seed: Any) -> None:
    seed(told)
    said = notify("preview", "--incident", "claude-0001", OUTSCOPE_PUBLIC_URL="https://o.example")
    assert said.exit_code == 0, said.output
    assert said.output.startswith("Claude: ")
    assert "Evidence: https://o.example/incidents/claude-0001" in said.output
    assert "me: asks for it" in said.output
    missing = notify("preview", "--incident", "nosuch")
    assert missing.exit_code == 1
    assert "there is no incident nosuch" in missing.output


async def around(store: Store) -> None:
    """OpenAI fell because of Claude, whose vendor is silent."""
    at = now()
    to = ["http://127.0.0.1:1/"]
    document = seeds.configuration()
    document["services"][1]["depends_on"] = ["claude/api"]
    document["notify"] = [
        {"id": "all", "to": to},
        {"id": "own", "to": to, "services": ["openai"]},
        {"id": "sure", "to": to, "confidence": 1.0},
        {"id": "long", "to": to, "after_ms": 3_600_000},
        {"id": "night", "to": to, "quiet": {"from": "00:00", "until": "00:00"}},
    ]
    await store.configurations.save(document, at)
    await store.standings.put("service", "claude", at, {"confidence": 0.9})
    cause = seeds.incident("claude", at)
    await store.incidents.apply(cause)
    await store.incidents.apply(seeds.incident("openai", at, number=2))
    silent = Acknowledgement("claude", State.NOTHING_YET, at, incident=cause.incident)
    await store.acknowledgements.put([silent.to_document()], (), at)


def test_a_preview_says_all_that_the_message_would(notify: Run, seed: Any) -> None:
    seed(around)
    said = notify("preview", "--incident", "claude-0001").output
    assert "; OpenAI is down because Claude API is" in said
    assert "Fell with it: OpenAI" in said
    assert "Vendor: The vendor has said nothing of it so far." in said
    lines = said.splitlines()
    assert "all: asks for it" in lines
    assert "own: does not ask for it" in lines
    assert "sure: asks for it once it is as sure as that" in lines
    assert "long: asks for it once it has lasted 3600 s" in lines
    assert "night: asks for it, and waits for the end of its quiet hours" in lines
    fell = notify("preview", "--incident", "openai-0002").output
    assert "Probably caused by: Claude API" in fell
    assert "all: asks for it, and is told in the thread of claude-0001" in fell
    assert "own: asks for it" in fell.splitlines()


def test_a_preview_says_that_a_message_waits_for_maintenance(notify: Run, seed: Any) -> None:
    async def announced(store: Store) -> None:
        await around(store)
        at = now()
        window = Occurrence("w", "New database", "operator", at - 86_400_000, at + 3_600_000)
        await store.maintenance_times.replace([window], at, at + 86_400_000)

    seed(announced)
    said = notify("preview", "--incident", "claude-0001").output
    assert "Maintenance: within announced maintenance, New database, until" in said
    assert "all: asks for it, and waits for the end of announced maintenance" in said


def test_a_preview_of_regions_shows_what_would_be_said_of_them(notify: Run, seed: Any) -> None:
    async def fleet(store: Store) -> None:
        at = now()
        to = ["http://127.0.0.1:1/"]
        document = {
            **seeds.configuration(),
            "notify": [
                {"id": "fleet", "to": to, "workers": True, "after_ms": 300_000},
                {"id": "tokyo", "to": to, "workers": True, "regions": ["ap-northeast"]},
                {"id": "me", "to": to},
            ],
        }
        await store.configurations.save(document, at)
        told = {"fitness": "fit", "why": "", "at": rfc3339(at)}
        await store.standings.put_many(("region", one, at, told) for one in seeds.REGIONS)

    seed(fleet)
    well = notify("preview", "--workers")
    assert well.exit_code == 0
    assert "fleet: asks for workers, and has nothing to be told now" in well.output
    said = notify("preview", "--workers", "--region", "eu-west", OUTSCOPE_PUBLIC_URL="https://o.e")
    assert said.output.startswith("1 of 5 regions is silent: Ireland, since ")
    assert "Regions: https://o.e/operate/workers" in said.output
    lines = said.output.splitlines()
    assert "fleet: asks for it" in lines
    assert "tokyo: asks for workers, and has nothing to be told now" in lines
    assert "me: does not ask for workers" in lines
    missing = notify("preview", "--workers", "--region", "mars")
    assert missing.exit_code == 1
    assert "there is no region mars; there is us-east, " in missing.output


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--region", "eu-west"),
        ("--incident", "x", "--workers"),
        ("--incident", "x", "--region", "y"),
    ],
)
def test_a_preview_is_of_one_thing(notify: Run, arguments: tuple[str, ...]) -> None:
    said = notify("preview", *arguments)
    assert said.exit_code == 2
    assert "write --incident ID, or --workers" in said.output


def test_the_log_says_what_became_of_each(notify: Run, seed: Any) -> None:
    assert "Nobody was told of anything." in notify("log").output
    seed(told)
    assert "Claude API disrupted everywhere" in notify("log").output
    [one] = json.loads(notify("log", "--json", "--incident", "claude-1").output)
    assert (one["state"], one["channel"]) == ("due", "me")
    refused = notify("again", "1")
    assert refused.exit_code == 1
    assert "no message 1 was given up" in refused.output
    for number in ("0", "x", str(2**63), str(2**70)):
        assert notify("again", number).exit_code == 2


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("https://user:pass@127.0.0.1:1/x", "holds a user or a password, which is not sent"),
        ("https://user:pa/ss@127.0.0.1:1/x", "is no URL; write one, such as"),
        ("https://[pass/x", "is no URL; write one, such as"),
        ("https:///pass", "is no URL; write one, such as"),
        ("pagerduty://pa/ss", "names no key; write pagerduty://KEY"),
        ("pagerduty://[pass", "names no key; write pagerduty://KEY"),
        ("pagerduty://key?endpoint=https://[pass", "names an endpoint that is no URL"),
        ("pagerduty://key?endpoint=https://u:pass@x", "names an endpoint that holds a user"),
        ("two words", "is not an address; write a URL"),
        ("mailto://a b@127.0.0.1", "is not an address; write a URL"),
    ],
)
def test_what_a_variable_holds_is_judged_as_what_a_file_says(
    tmp_path: Path, notify: Run, to: str, why: str
) -> None:
    config = written(tmp_path, "${env:OUTSCOPE_NOTIFY_ME}")
    said = notify("test", "--config", config, OUTSCOPE_NOTIFY_ME=to)
    assert said.exit_code == 1
    assert said.output.startswith(f"me (${{env:OUTSCOPE_NOTIFY_ME}}): it {why}")
    assert "pass" not in said.output.replace("password", "")


@pytest.mark.parametrize(
    ("to", "shown"),
    [
        ("pagerduty://hunter7?endpoint=http://127.0.0.1:1/", "pagerduty://..."),
        ("tgram://hunter7/12", "tgram://..."),
        ("json://user:hunter7@zebra9@127.0.0.1:1/", "json://..."),
        ("mailto://user:hunter7/zebra9@127.0.0.1:1", "mailto://..."),
        ("http://127.0.0.1:1/hunter7", "http://127.0.0.1"),
    ],
)
def test_of_an_address_nothing_is_shown_that_may_be_secret(
    tmp_path: Path, notify: Run, to: str, shown: str
) -> None:
    said = notify("test", "--config", written(tmp_path, to))
    assert said.output.startswith(f"me ({shown}): it ")
    assert "hunter7" not in said.output
    assert "zebra9" not in said.output


def test_a_new_key_is_one_line_and_its_public_half_is_shown_by_the_configuration(
    tmp_path: Path, notify: Run
) -> None:
    made = notify("new-key")
    private, public = made.stdout.strip(), made.stderr.split()[-1]
    assert (private[:5], public[:5]) == ("whsk_", "whpk_")
    assert notify("new-key").stdout.strip() != private
    path = tmp_path / "outscope.yaml"
    told = (
        "secret: ['${env:OUTSCOPE_NOTIFY_KEY}', whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=]"
    )
    path.write_text(
        "include: [catalog:here, catalog:claude]\n"
        f"notify:\n  - {{id: me, to: 'https://hook.example/x', {told}}}\n"
    )
    shown = notify("keys", "--config", str(path), OUTSCOPE_NOTIFY_KEY=private)
    assert shown.stdout.strip() == f"me: {public}"
    document = json.loads(
        notify("keys", "--config", str(path), "--json", OUTSCOPE_NOTIFY_KEY=private).stdout
    )
    assert document == {"items": [{"channel": "me", "rule": "me", "keys": [public]}]}
    missing = notify("keys", "--config", str(path))
    assert "it needs OUTSCOPE_NOTIFY_KEY in the coordinator's environment" in missing.stderr


def test_keys_are_those_that_the_coordinator_signs_by(notify: Run, seed: Any) -> None:
    async def signs(store: Store) -> None:
        await store.standings.put(SIGNING, "me", now(), {"rule": "me", "keys": ["whpk_x"]})

    assert "No channel signs by a key of its own" in notify("keys").stderr
    seed(signs)
    assert notify("keys").stdout.strip() == "me: whpk_x"
