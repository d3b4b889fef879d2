"""Where others reach the API, it does not start before somebody said who may ask."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.app import app
from api.http.settings import ApiSettingsError, check_access

ELSEWHERE = ("0.0.0.0", "::", "192.0.2.7", "outscope.example.com", "")


@pytest.mark.parametrize("host", ELSEWHERE)
def test_elsewhere_than_on_loopback_somebody_has_to_say_who_may_ask(host: str) -> None:
    with pytest.raises(ApiSettingsError, match=r"OUTSCOPE_ACCESS=tokens.*OUTSCOPE_ACCESS=open"):
        check_access("", host)
    assert check_access("tokens", host) == "tokens"
    assert check_access("open", host) == "open"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.9.9.9"])
def test_on_loopback_nobody_has_to(host: str) -> None:
    assert check_access("", host) == ""


@pytest.mark.parametrize("command", ["api", "up"])
def test_the_commands_refuse_with_a_sentence_before_anything_starts(
    command: str, tmp_path: Path
) -> None:
    words = [command, "--host", "0.0.0.0", "--data", str(tmp_path)]
    done = CliRunner().invoke(app, words, env={"OUTSCOPE_ACCESS": ""})
    assert done.exit_code == 2
    assert list(tmp_path.iterdir()) == []
    wrong = CliRunner().invoke(app, words, env={"OUTSCOPE_ACCESS": "everybody"})
    assert wrong.exit_code == 2
