"""Runs the API, or a relay alone, in this process, until SIGTERM or SIGINT."""

import os
import signal
import sys
from collections.abc import Callable
from functools import partial

from fastapi import FastAPI

from api.http.listening.server import ApiServer, raise_open_files
from api.http.settings import ApiSettings, ApiSettingsError, check_access, read_api_settings
from worker.contract import clock, logs
from worker.contract.settings.machine import no_clock, no_port, no_ready_file


def run_api(database: str | None, host: str, port: int, root_path: str = "") -> int:
    """Run the API until told to stop; returns the exit code. Without `database` the environment
    tells which.
    """
    from api.http.app import (  # late, as below: a relay alone needs a third less memory
        create_app,
        let_go,
    )
    from api.http.reloading import reloading

    def made(settings: ApiSettings, level: str) -> FastAPI:
        check_access(settings.access, host)
        return create_app(settings, partial(reloading, settings, level))

    return _run(database, host, port, root_path, made, let_go)


def run_relay(database: str | None, host: str, port: int) -> int:
    """Run a relay alone, likewise."""
    from api.http.relay_app import create_relay_app
    from api.http.sources.relaying import let_go

    def made(settings: ApiSettings, _level: str) -> FastAPI:
        return create_relay_app(settings)

    return _run(database, host, port, "", made, let_go)


def _run(
    database: str | None,
    host: str,
    port: int,
    root_path: str,
    made: Callable[[ApiSettings, str], FastAPI],
    let_go: Callable[[FastAPI], None],
) -> int:
    told = {**os.environ, **({"OUTSCOPE_ROOT_PATH": root_path} if root_path else {})}
    try:
        level = logs.read_level(os.environ)
        settings = read_api_settings(told, database, host, port)
    except ValueError as error:  # ApiSettingsError is one
        sys.stderr.write(f"{error}\n")
        return 2
    wrong = (
        no_clock(clock.now())
        or no_ready_file(os.environ.get("OUTSCOPE_READY_FILE"))
        or no_port(host, port)
    )
    if wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    logs.configure(level)
    try:
        app = made(settings, level)
    except ApiSettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    raise_open_files()
    server = ApiServer(app, host, port, on_stop=partial(let_go, app))
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn sends itself the signal again at the end: stopping is no fault
        signal.signal(number, lambda *_: None)
    try:
        server.run()
    except SystemExit:  # it logged why it does not start
        return 2
    return 0
