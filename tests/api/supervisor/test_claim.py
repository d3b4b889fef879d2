"""A data folder and a port belong to one product at a time."""

import os
import socket
from pathlib import Path

import pytest

from api.supervisor.claim import claimed, free_port, require_free
from api.supervisor.problem import CannotStartError


def test_a_folder_can_be_claimed_once_at_a_time(tmp_path: Path) -> None:
    with (
        claimed(tmp_path / "data"),
        pytest.raises(
            CannotStartError, match=rf"already running .* \(process {os.getpid()}\)\. Stop it first"
        ),
        claimed(tmp_path / "data"),
    ):
        pytest.fail("claimed twice")
    with claimed(tmp_path / "data"):
        assert (tmp_path / "data" / "lock").stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(CannotStartError, match="give another one with --data"),
        claimed(tmp_path / "file" / "data"),
    ):
        pytest.fail("claimed a file")


def test_a_taken_port_is_refused_with_another_to_choose() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(CannotStartError, match=rf"port {port} .*choose another port: --port"):
            require_free("127.0.0.1", port)
    require_free("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(CannotStartError, match=r"Nobody can listen on 192\.0\.2\.1"):
        require_free("192.0.2.1", free_port())
