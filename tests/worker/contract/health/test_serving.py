"""A process tells whether it is alive and whether it is ready, also when its loop is stuck."""

import json
import subprocess
import sys
from collections.abc import Callable
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from worker.contract.health.serving import ListenError, read_address, serving
from worker.contract.health.signs import Signs, stuck


def ask(port: int, path: str) -> tuple[int, dict[str, object]]:
    """Status and document."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        return error.code, json.load(error)


def broken() -> str:
    raise RuntimeError("boom")


def test_it_tells_what_is_wrong_and_nothing_else(free_port: Callable[[], int]) -> None:
    said = {"judge": ""}
    signs = Signs(dict, lambda: {"judge": lambda: said["judge"]}, lambda: "working")
    port = free_port()
    with serving(("127.0.0.1", port), signs):
        assert ask(port, "/readyz") == (200, {"status": "ready", "role": "working"})
        said["judge"] = "nothing was judged for 20 s"
        told = {"status": "not ready", "role": "working", "wrong": dict(said)}
        assert ask(port, "/readyz?verbose") == (503, told)
        assert ask(port, "/healthz") == (200, {"status": "alive", "role": "working"})
        assert ask(port, "/metrics")[0] == 404


def test_a_part_that_cannot_tell_is_not_well(free_port: Callable[[], int]) -> None:
    port = free_port()
    with serving(("127.0.0.1", port), Signs(lambda: {"x": broken}, dict)):
        status, told = ask(port, "/healthz")
    assert status == 503
    assert "boom" in str(told["wrong"])


def test_the_healthcheck_of_containers_goes_by_it(free_port: Callable[[], int]) -> None:
    port = free_port()
    said = {"loop": ""}
    command = [sys.executable, "-m", "worker.contract.health"]
    env = {"OUTSCOPE_HEALTH": f"127.0.0.1:{port}"}

    def code(**more: str) -> int:
        return subprocess.run(
            command, env={**env, **more}, capture_output=True, timeout=60, check=False
        ).returncode

    with serving(("127.0.0.1", port), Signs(lambda: {"loop": lambda: said["loop"]}, dict)):
        assert code() == 0
        said["loop"] = "stuck"
        assert code() == 1
    assert code() == 1
    assert code(OUTSCOPE_HEALTH="") == 2


def test_a_loop_is_stuck_when_it_has_not_turned_for_long() -> None:
    assert stuck(1e12) == ""
    assert stuck(-1e12).startswith("its loop has not turned for ")


def test_an_address_is_host_and_port() -> None:
    assert read_address("") is None
    assert read_address("127.0.0.1:8081") == ("127.0.0.1", 8081)
    assert read_address("[::1]:8081") == ("::1", 8081)


@pytest.mark.parametrize("text", ["8081", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:70000", "a b:1"])
def test_what_is_no_address_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"OUTSCOPE_HEALTH is .*; write HOST:PORT"):
        read_address(text)


def test_an_address_that_is_taken_is_refused_with_a_sentence(free_port: Callable[[], int]) -> None:
    address = ("127.0.0.1", free_port())
    signs = Signs(dict, dict)
    taken = pytest.raises(ListenError, match=r"cannot listen: .*; give\s+another one")
    with serving(address, signs), taken, serving(address, signs):
        pass
