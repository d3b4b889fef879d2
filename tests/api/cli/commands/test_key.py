"""`outscope key` prints what workers pin, and nothing that is secret."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.app import app
from coordinator.messaging.signing import kept_signer


def test_the_public_key_is_printed_and_the_pair_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OUTSCOPE_SIGNING_KEY", raising=False)
    first, second = (CliRunner().invoke(app, ["key", "--data", str(tmp_path)]) for _ in range(2))
    signer = kept_signer(tmp_path)
    assert signer is not None
    assert first.output == second.output == signer.public + "\n"


def test_a_key_that_is_none_is_refused_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SIGNING_KEY", "c2VjcmV0")
    told = CliRunner().invoke(app, ["key", "--data", str(tmp_path)])
    assert told.exit_code == 2
    assert "no signing key" in told.output
    assert "c2VjcmV0" not in told.output
