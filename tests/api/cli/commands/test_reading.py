"""The reading commands against a real server: what people see, what programs get, what the exit
code says.
"""

import gzip
import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from click.testing import Result

from coordinator.domain.model.incident import Part, ProbableEnd
from coordinator.store import Heard, Store
from tests.api import seeds
from tests.api.server import Server
from worker.contract.clock import now
from worker.contract.instant import rfc3339
from worker.contract.result import to_record

pytestmark = pytest.mark.slow

OURS = b"HTTP/1.1 200 OK\r\noutscope-version: 1\r\ntransfer-encoding: chunked\r\n\r\n"
Run = Callable[..., Result]
Seed = Callable[[Any], None]


async def disrupted(store: Store) -> None:
    """A disruption in two regions, one region unfit, some results."""
    at = now()
    await store.configurations.save(seeds.configuration(), at)
    bad = seeds.verdict(
        "claude",
        at,
        "regional",
        "outage",
        ["us-east", "eu-west"],
        ["api"],
        "It fails in 2 regions.",
    )
    await seeds.judged(
        store, at, bad, seeds.verdict("openai", at), fitness={"oc-southeast": "unfit"}
    )
    await store.incidents.apply(seeds.incident("claude", at))
    await store.results.add(
        [seeds.result(at - n * 60_000, n, reason="timeout" if n == 3 else "ok") for n in range(30)]
    )


def test_status_says_how_each_service_is(outscope: Run, seed: Seed) -> None:
    seed(disrupted)
    said = outscope("status")
    assert said.exit_code == 0
    assert "Claude: API disrupted in 2 of 5 regions" in said.output
    assert "4 of 5 regions fit to speak, 1 open incident." in said.output
    assert "\x1b[" not in said.output


def test_status_says_who_leads_where_another_coordinator_stands_by(
    outscope: Run, seed: Seed
) -> None:
    async def two(store: Store) -> None:
        at = now()
        await disrupted(store)
        leads = {"at": rfc3339(at), "holder": "host-a/12/ab-c", "leads_since": rfc3339(at)}
        await store.standings.put("coordinator", "coordinator", at, leads)
        told = {"at": rfc3339(at), "since": rfc3339(at), "process": "process 7 on host-b"}
        await store.standings.put("standby", "host-b/7", at, told)

    seed(two)
    said = outscope("status").output.replace("\n", " ")
    assert "Coordinator: process 12 on host-a leads since " in said
    assert "process 7 on host-b stands by." in said


def test_status_of_one_service_shows_its_matrix(outscope: Run, seed: Seed) -> None:
    seed(disrupted)
    said = outscope("status", "claude").output
    assert "It fails in 2 regions." in said
    assert "disrupted 10 of 10" in said
    assert "Sydney (unfit)" in said


def test_status_and_regions_name_a_region_that_reports_and_is_not_configured(
    outscope: Run, seed: Seed
) -> None:
    async def misspelled(store: Store) -> None:
        await disrupted(store)
        told = {"at": rfc3339(now()), "unknown_regions": {"eu-wst": {"like": "eu-west"}}}
        await store.standings.put("coordinator", "coordinator", now(), told)

    seed(misspelled)
    for command in ("status", "regions"):
        said = " ".join(outscope(command).output.split())
        assert "Region eu-wst reports and is not configured (is it eu-west?)" in said


def test_before_any_configuration_status_says_what_to_do(outscope: Run) -> None:
    said = outscope("status")
    assert said.exit_code == 0
    assert "Nothing is configured yet" in said.output
    assert "outscope apply outscope.yaml" in said.output


def test_status_warns_when_the_coordinator_is_not_heard(outscope: Run, seed: Seed) -> None:
    async def old(store: Store) -> None:
        await store.configurations.save(seeds.configuration(), now())
        at = now() - 3_600_000
        await seeds.judged(store, at, seeds.verdict("claude", at), seeds.verdict("openai", at))

    seed(old)
    for command in (["status"], ["status", "claude"]):
        said = outscope(*command)
        assert said.exit_code == 4
        assert "1 h 0 min ago: this may be out of date" in said.output
    assert "coordinator silent: Both services are well" in outscope("status").output
    assert outscope("status", "--json").exit_code == 4
    assert outscope("status", "claude", "--json").exit_code == 4


def test_status_of_what_nobody_ever_coordinated_ends_with_4(outscope: Run, seed: Seed) -> None:
    async def applied(store: Store) -> None:
        await store.configurations.save(seeds.configuration(), now())

    seed(applied)
    said = outscope("status")
    assert (said.exit_code, "never heard" in said.output) == (4, True)


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (["status"], "overview"),
        (["status", "claude"], "services/claude"),
        (["regions"], "regions"),
        (["incidents"], "incidents?limit=20"),
        (["incidents", "claude-0001"], "incidents/claude-0001"),
        (
            ["results", "--service", "claude", "--limit", "3", "--ok"],
            "results?service=claude&limit=3&ok=true",
        ),
    ],
)
def test_json_is_the_exact_document_of_the_api(
    outscope: Run, seed: Seed, api_server: Server, command: list[str], path: str
) -> None:
    seed(disrupted)
    with urlopen(f"{api_server.url}/v1/{path}") as answer:
        assert outscope(*command, "--json").output.encode() == answer.read() + b"\n"


def test_regions_are_listed_with_their_workers(outscope: Run, seed: Seed) -> None:
    seed(disrupted)
    said = outscope("regions").output
    assert "3 of 3 references fail" in said
    assert "eu-west-1 heard" in said
    assert "São Paulo" in said


def test_incidents_are_listed_and_one_tells_its_timeline(outscope: Run, seed: Seed) -> None:
    assert outscope("incidents").output == "No incidents.\n"
    seed(disrupted)
    assert "claude-0001" in outscope("incidents", "--open").output
    assert "opened" in outscope("incidents", "claude-0001").output
    assert outscope("incidents", "--service", "openai").output == "No incidents.\n"


async def several(store: Store) -> None:
    """Two incidents of Claude, one intermittent, one that shares its cause with OpenAI's."""
    await disrupted(store)
    at = now()
    parts = (
        Part("region", "eu-west", at - 60_000, at - 30_000),
        Part("component", "web", at - 60_000),
    )
    await store.incidents.apply(
        seeds.incident("openai", at, probably_over=ProbableEnd(at - 30_000, at - 10_000, 0.97)),
        seeds.incident(
            "claude", at, number=2, cause="openai-0001", components=("web",), parts=parts
        ),
        seeds.incident("claude", at, number=3, intermittent=True, components=("console",)),
    )
    standing = (await store.standings.all("service"))["claude"]
    both = [
        {
            "scope": "regional",
            "regions": [region],
            "components": [part],
            "slow": False,
            "group": "",
            "at_least": False,
        }
        for region, part in (("us-east", "api"), ("eu-west", "web"))
    ]
    await store.standings.put(
        "service", "claude", at, standing | {"evidence": {"disruptions": both}}
    )


def test_several_incidents_of_one_service_are_told_apart(outscope: Run, seed: Seed) -> None:
    seed(several)
    listed = outscope("incidents", "--service", "claude", COLUMNS="200").output
    assert "regional, intermittent" in listed
    assert all(f"claude-000{number}" in listed for number in (1, 2, 3))
    assert "It is intermittent" in outscope("incidents", "claude-0003").output
    assert "probably over" in outscope("incidents", "--service", "openai", COLUMNS="200").output
    assert "probably over" not in listed
    ending = outscope("incidents", "openai-0001").output
    assert "It is probably over since between" in ending
    assert "(97%)" in ending
    assert "It goes on." not in ending
    said = outscope("incidents", "claude-0002").output
    assert "shares its cause with openai-0001 (openai)" in said
    assert "30 s" in said
    assert "goes on" in said
    assert "outscope explain claude-0002" in said


def test_several_disruptions_of_one_service_are_told_one_by_one(outscope: Run, seed: Seed) -> None:
    seed(several)
    said = outscope("status", "claude").output.splitlines()
    assert said[0].startswith(
        "Claude: API disrupted in Virginia (1 of 5 regions), and 1 more disruption since"
    )
    assert said[1:3] == [
        "  - API disrupted in Virginia (1 of 5 regions)",
        "  - claude.ai degraded in Ireland (1 of 5 regions)",
    ]


def test_results_are_filtered_and_paged(outscope: Run, seed: Seed) -> None:
    seed(disrupted)
    failed = outscope("results", "--service", "claude", "--since", "10m", "--failed").output
    assert "no answer within 10 s" in failed
    assert "401 in 84 ms" not in failed
    first = outscope("results", "--limit", "20").output
    cursor = first.split("--cursor ")[1].split()[0]
    assert "More:" not in outscope("results", "--limit", "20", "--cursor", cursor).output
    assert outscope("results", "--since", "0s").output == "No results.\n"


def test_a_narrow_terminal_gets_cards_and_loses_nothing(outscope: Run, seed: Seed) -> None:
    seed(disrupted)
    for command in (
        ["status"],
        ["status", "claude"],
        ["incidents"],
        ["regions"],
        ["results", "--limit", "2"],
    ):
        lines = outscope(*command, COLUMNS="40").output.splitlines()
        assert max(map(len, lines)) <= 40, command
    words = outscope("incidents", COLUMNS="40").output.split()
    assert {"claude-0001", "us-east,", "eu-west"} <= set(words)


def test_an_export_is_all_records(outscope: Run, seed: Seed, tmp_path: Path) -> None:
    seed(disrupted)
    printed = outscope("export", "--format", "ndjson", "--failed")
    (record,) = map(json.loads, printed.stdout.splitlines())
    assert record["reason"] == "timeout"
    for name, opener in (("r.ndjson", open), ("r.ndjson.gz", gzip.open)):
        assert outscope("export", "--out", str(tmp_path / name)).exit_code == 0
        with opener(tmp_path / name, "rt") as file:
            assert len([json.loads(line) for line in file]) == 30
    assert sorted(path.name for path in tmp_path.glob("r*")) == ["r.ndjson", "r.ndjson.gz"]


def test_an_export_into_a_place_that_does_not_exist_is_refused(
    outscope: Run, tmp_path: Path
) -> None:
    said = outscope("export", "--out", str(tmp_path / "nowhere" / "r.ndjson"))
    assert (said.exit_code, "cannot be written: No such file or directory" in said.output) == (
        1,
        True,
    )


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["status", "nobody"], "No service 'nobody' is configured"),
        (["incidents", "nobody"], "no incident 'nobody'"),
        (["results", "--since", "yesterday"], "since: 'yesterday' is not a moment"),
        (["results", "--reason", "bad_luck"], "reason: Input should be 'ok', 'dns'"),
        (["results", "--cursor", "x"], "not a cursor"),
        (["export", "--format", "xml"], "format"),
    ],
)
def test_what_is_wrongly_asked_ends_with_1_and_a_sentence(
    outscope: Run, command: list[str], says: str
) -> None:
    said = outscope(*command)
    assert (said.exit_code, says in said.output) == (1, True), said.output


@pytest.mark.parametrize(
    "command",
    [
        ["results", "--limit", "0"],
        ["status", "--url", "ftp://x"],
        ["status", "--url", "x"],
        ["regions", "y"],
    ],
)
def test_wrong_usage_ends_with_2(outscope: Run, command: list[str]) -> None:
    assert outscope(*command).exit_code == 2


def test_without_a_server_it_ends_with_3_and_says_what_to_do(
    outscope: Run, free_port: Callable[[], int]
) -> None:
    for command in ("status", "incidents", "regions", "results", "export"):
        said = outscope(command, "--url", f"http://127.0.0.1:{free_port()}")
        assert said.exit_code == 3
        assert "Start it with `outscope up`" in said.output


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "No answer from"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", "is not Outscope's API"),
        (b"HTTP/1.1 404 Not Found\r\ncontent-length: 5\r\n\r\nhello", "is not Outscope's API"),
        (OURS + b"5\r\nhello\r\n", "broke off in the middle"),
    ],
)
def test_a_stranger_on_the_port_is_recognised(outscope: Run, answer: bytes, says: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def speak() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        threading.Thread(target=speak, daemon=True).start()
        said = outscope("status", "--url", f"http://127.0.0.1:{listener.getsockname()[1]}")
    assert (said.exit_code, says in said.output) == (3, True), said.output


def test_a_broken_export_leaves_a_part_to_go_on_with_and_no_file(
    outscope: Run, tmp_path: Path
) -> None:
    whole = to_record(seeds.result(now()))
    body = json.dumps(whole).encode() + b"\n"
    head = OURS + b"%x\r\n" % len(body)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def speak() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(head + body + b"\r\n")

        threading.Thread(target=speak, daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        said = outscope("export", "--url", url, "--out", str(tmp_path / "r.ndjson"))
    assert said.exit_code == 3
    assert [path.name for path in tmp_path.glob("r.ndjson*")] == ["r.ndjson.part"]
    assert "--resume" in said.output


FORGED = "\x1b]0;owned\x07\x1b[2Jall is well\nFAKE line\u202e\x9b31m"


async def forged(store: Store) -> None:
    """Everything that a region's credential can put into texts, put there."""
    at = now()
    await disrupted(store)
    await store.results.add([seeds.result(at, 77, reason="timeout", detail=FORGED)])
    verdict = seeds.verdict("claude", at, "regional", "outage", ["us-east"], ["api"], FORGED)
    verdict["cells"][0] |= {"why": FORGED}
    await seeds.judged(store, at, verdict)
    told = {"region": "eu-west", "fitness": "unfit", "why": FORGED, "at": rfc3339(at)}
    await store.standings.put("region", "eu-west", at, told)
    await store.incidents.apply(seeds.incident("openai", at, reason=FORGED))
    await store.workers.heard([Heard("eu-west", "w", at, {"self_test": FORGED})])


@pytest.mark.parametrize(
    "command",
    [
        ["results"],
        ["results", "--json"],
        ["incidents"],
        ["incidents", "openai-0001"],
        ["explain", "claude"],
        ["explain", "openai-0001"],
        ["regions"],
        ["regions", "--json"],
        ["status"],
        ["status", "claude"],
        ["status", "claude", "--json"],
        ["results", "--service", FORGED],
    ],
)
def test_what_was_forged_does_nothing_to_a_terminal(
    outscope: Run, seed: Seed, command: list[str]
) -> None:
    seed(forged)
    said = outscope(*command)
    assert {mark for mark in said.output if not mark.isprintable()} <= {"\n"}
    assert not any(line.strip().startswith("FAKE") for line in said.output.splitlines())


def test_advice_says_what_to_use_first(outscope: Run, seed: Seed) -> None:
    seed(disrupted)
    said = outscope("advice", "claude", "openai", "--region", "eu-west")
    assert said.exit_code == 0, said.output
    assert "claude/api" in said.output
    assert "avoid" in said.output
    assert "Use first: openai, claude" in said.output
    near = json.loads(outscope("advice", "claude", "--region", "eu-west", "--json").output)
    assert near["order"] == ["claude"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nosuch",), "No service 'nosuch' is judged here"),
        (("--region", "nowhere"), "no region 'nowhere' is configured"),
        (("--model", "nosuch"), "no check asks the model 'nosuch'"),
    ],
)
def test_advice_on_what_is_not_there_is_refused(
    outscope: Run, seed: Seed, arguments: tuple[str, ...], told: str
) -> None:
    seed(disrupted)
    said = outscope("advice", *arguments)
    assert said.exit_code == 1
    assert told in said.output
