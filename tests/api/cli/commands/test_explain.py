"""`outscope explain` against a real server."""

from collections.abc import Callable
from typing import Any
from urllib.request import urlopen

import pytest
from click.testing import Result

from coordinator.store import Store
from tests.api import seeds
from tests.api.server import Server
from worker.contract.clock import now

pytestmark = pytest.mark.slow

Run = Callable[..., Result]
Seed = Callable[[Any], None]
AGO = 3_600_000


async def course(store: Store) -> None:
    """Claude's API failed an hour ago in two regions, then in three; it goes on. Sydney is
    unfit.
    """
    at = now()
    await store.configurations.save(seeds.configuration(), at)
    first = seeds.verdict(
        "claude", at - AGO, "regional", "outage", ["us-east", "eu-west"], ["api"], "It began."
    )
    wider = seeds.verdict(
        "claude", at - AGO // 2, "regional", "outage", ["us-east", "eu-west", "sa-east"], ["api"]
    )
    wider["evidence"]["unfit"] = {"oc-southeast": "3 of 3 references fail"}
    await store.verdicts.add(seeds.kept(first), seeds.kept(wider))
    await seeds.judged(store, at, {**wider, "reason": "It goes on."}, seeds.verdict("openai", at))
    opened = seeds.incident("claude", at - AGO)
    updated = seeds.incident(
        "claude", at - AGO // 2, moment="updated", opened_at=at - AGO, intermittent=True
    )
    await store.incidents.apply_lines([(opened, seeds.kept(first)), (updated, seeds.kept(wider))])
    await store.incidents.apply(seeds.incident("openai", at))


def test_a_service_is_explained(outscope: Run, seed: Seed) -> None:
    seed(course)
    said = outscope("explain", "claude")
    assert said.exit_code == 0
    assert said.output.startswith("Claude disrupted\n\nWhat is said\n  It goes on.\n")
    words = " ".join(said.output.split())
    assert "Virginia Claude API fails in 10 of 10 looks (6 status, 4 timeout)" in words
    assert "Sydney unfit (3 of 3 references fail)." in words
    assert "99.1 % Claude API in Virginia, São Paulo and Ireland." in words
    assert "These are the rules of version" in words
    assert "\x1b[" not in said.output


def test_an_incident_is_explained_by_the_verdict_before_its_end(outscope: Run, seed: Seed) -> None:
    seed(course)
    said = outscope("explain", "claude-0001").output
    assert said.startswith("Incident claude-0001 goes on\n")
    assert "It is intermittent" in said
    assert "when it was updated" in said
    assert "disrupted in 3 of 5 regions that vote" in said


def test_at_a_time_the_verdict_of_then_is_explained(outscope: Run, seed: Seed) -> None:
    seed(course)
    for what in ("claude", "claude-0001"):
        said = outscope("explain", what, "--at", "40m").output
        assert "It began." in said
        assert "in 2 of 5 regions" in said
        assert "in 3 of 5 regions" not in said


def test_the_command_that_computes_it_again_is_one_line(outscope: Run, seed: Seed) -> None:
    seed(course)
    (line,) = [
        line
        for line in outscope("explain", "claude", COLUMNS="60").output.splitlines()
        if "export" in line
    ]
    assert line.strip().startswith("outscope export --since ")
    assert " | outscope replay - --config outscope.yaml --until " in line


def test_a_narrow_terminal_loses_nothing(outscope: Run, seed: Seed) -> None:
    seed(course)
    for what in ("claude", "claude-0001"):
        lines = [
            line
            for line in outscope("explain", what, COLUMNS="40").output.splitlines()
            if "export" not in line
        ]
        assert max(map(len, lines)) <= 40
        assert "references" in " ".join(lines)


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (["claude"], "services/claude/evidence"),
        (["claude-0001"], "incidents/claude-0001/evidence"),
        (["claude", "--at", "40m"], "services/claude/evidence?at=40m"),
    ],
)
def test_json_is_the_exact_document_of_the_api(
    outscope: Run, seed: Seed, api_server: Server, command: list[str], path: str
) -> None:
    seed(course)
    said = outscope("explain", *command, "--json")
    with urlopen(f"{api_server.url}/v1/{path}") as answer:
        assert said.output.encode() == answer.read() + b"\n"


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["claud"], "Nothing is called 'claud'. Did you mean claude"),
        (["openai-001"], "Did you mean openai-0001"),
        (["zzz"], "Services are claude, openai; `outscope incidents` lists incidents."),
        (["claude", "--at", "yesterday"], "at: 'yesterday' is not a moment; write a time such as"),
        (["claude", "--at", "2999-01-01T00:00:00Z"], "lies in the future"),
        (["claude", "--at", "3d"], "Nothing was said of 'claude' at"),
        (["claude-0001", "--at", "yesterday"], "at: 'yesterday' is not a moment"),
        (["claude-0001", "--at", "3d"], "nothing was said of it before"),
    ],
)
def test_what_is_wrongly_asked_ends_with_1_and_says_what_to_do(
    outscope: Run, seed: Seed, command: list[str], says: str
) -> None:
    seed(course)
    said = outscope("explain", *command)
    assert (said.exit_code, says in said.output) == (1, True), said.output


def test_before_any_configuration_that_is_said(outscope: Run) -> None:
    said = outscope("explain", "claude")
    assert (said.exit_code, "No service is configured" in said.output) == (1, True)


def test_without_a_server_it_ends_with_3_and_says_what_to_do(
    outscope: Run, free_port: Callable[[], int]
) -> None:
    said = outscope("explain", "claude", "--url", f"http://127.0.0.1:{free_port()}")
    assert (said.exit_code, "Start it with `outscope up`" in said.output) == (3, True)
