"""Which way a worker that joined goes: what joining is told, what the key keeps, and what is
reached when it starts.
"""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest

from tests.faults.broker import Broker
from tests.faults.connect_proxy import ConnectProxy
from tests.faults.joined import write_key
from tests.worker.joining.test_join import Api, Join, api, join, key  # noqa: F401 - fixtures
from worker.connecting.choosing import chosen
from worker.flags import SettingsError
from worker.settings import WorkerSettings, read_settings

BROKER = "rediss://broker.example.com:6379/0"
RELAY = "https://relay.example.com"


def test_the_key_keeps_where_the_relay_is_and_which_way_to_go(
    api: Api,  # noqa: F811
    join: Join,  # noqa: F811
    tmp_path: Path,
) -> None:
    api.lets_in(relay="here")
    assert join(api.url, "--via", "https")[0] == 0
    kept = key(tmp_path)
    assert (kept["relay"], kept["via"]) == (api.url, "https")
    assert (api.asked[0]["relays"], api.asked[0]["needs_relay"]) == (True, True)
    told = read_settings(["--state-dir", str(tmp_path / "state")], {})
    assert told.reach.joined
    relay = chosen(told)
    assert relay is not None
    assert (relay.url, relay.user, relay.secret) == (api.url, kept["user"], kept["secret"])


def test_a_relay_elsewhere_is_told_by_its_address(
    api: Api,  # noqa: F811
    join: Join,  # noqa: F811
    tmp_path: Path,
) -> None:
    api.lets_in(relay=f"{RELAY}/", broker="")
    assert join(api.url)[0] == 0
    assert api.asked[0]["needs_relay"] is False
    relay = chosen(read_settings(["--state-dir", str(tmp_path / "state")], {}))
    assert relay is not None
    assert relay.url == RELAY


def test_an_api_without_a_relay_is_told_apart_before_anything_is_kept(
    api: Api,  # noqa: F811
    join: Join,  # noqa: F811
    tmp_path: Path,
) -> None:
    api.lets_in()  # as a version before relays answers
    code, said = join(api.url, "--via", "https")
    assert code == 2
    assert "without a relay" in said
    assert not (tmp_path / "state/key.json").exists()
    code, _ = join(api.url)
    assert code == 0


def test_a_proxy_that_wants_a_password_is_told_when_joining(
    join: Join,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ConnectProxy(credentials="user:password") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url("user:hunter2"))
        monkeypatch.delenv("NO_PROXY", raising=False)
        code, said = join("https://outscope.example.com")
        assert proxy.heads[0].startswith(b"CONNECT outscope.example.com:443 ")
    assert code == 2
    assert "HTTP 407" in said
    assert "HTTPS_PROXY" in said
    assert "hunter2" not in said
    assert not (tmp_path / "state/key.json").exists()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def settings(state: Path, *flags: str, **key: str) -> WorkerSettings:
    write_key(state, "eu-west", "eu-west-1", **key)
    return read_settings(["--state-dir", str(state), *flags], {})


def test_a_setting_decides_against_the_key(state: Path) -> None:
    told = {"relay": RELAY, "broker": BROKER}
    assert chosen(settings(state, "--via", "broker", **told, via="https")) is None
    assert chosen(settings(state, "--via", "https", **told)) is not None
    assert chosen(settings(state, **told, via="broker")) is None


@pytest.mark.parametrize(
    ("flags", "key", "said"),
    [
        (("--via", "pigeon"), {"relay": RELAY}, "https, broker or globalping"),
        (("--via", "https"), {"broker": BROKER}, "join again"),
        ((), {}, "OUTSCOPE_BROKER"),
    ],
)
def test_a_way_that_is_none_is_refused(
    flags: tuple[str, ...], key: dict[str, str], said: str, state: Path
) -> None:
    with pytest.raises(SettingsError, match=said):
        chosen(settings(state, *flags, **key))


@pytest.fixture
def silent() -> Iterator[int]:
    """A port where somebody listens and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


@pytest.mark.slow
def test_the_broker_is_preferred_where_it_answers_and_be_it_by_a_refusal(
    state: Path, valkey: Broker
) -> None:
    told = settings(state, relay=RELAY, broker=valkey.url)
    assert chosen(told) is None
    client = valkey.client()
    client.acl_setuser("worker.eu-west.eu-west-1", enabled=True, passwords="+another")
    client.close()
    assert chosen(told) is None


@pytest.mark.slow
@pytest.mark.parametrize("broker", ["refused", "silent"])
def test_the_relay_is_taken_where_the_broker_does_not_answer(
    broker: str,
    state: Path,
    api: Api,  # noqa: F811
    silent: int,
) -> None:
    api.body = json.dumps({"taken": 0}).encode()
    port = 1 if broker == "refused" else silent
    told = settings(state, relay=api.url, broker=f"redis://127.0.0.1:{port}/0")
    relay = chosen(told)
    assert relay is not None
    assert relay.url == api.url


@pytest.mark.slow
def test_until_one_of_the_two_answers_both_are_tried(
    state: Path,
    api: Api,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def well() -> None:
        api.headers = {"outscope-version": "0.1.0"}
        api.status = 200

    monkeypatch.setattr("worker.connecting.choosing.PAUSE_S", 0.1)
    api.status, api.headers, api.body = 502, {}, b'{"taken": 0}'
    Timer(1.0, well).start()
    assert chosen(settings(state, relay=api.url, broker="redis://127.0.0.1:1/0")) is not None
    assert caplog.text.count("nothing_reached") == 1
