"""Runs the API in this process, until SIGTERM or SIGINT."""

import os
import signal
import sys
from functools import partial

from api.http.app import create_app
from api.http.listening.server import ApiServer
from api.http.reloading import reloading
from api.http.settings import read_api_settings
from worker.contract import logs


def run_api(database: str | None, host: str, port: int, root_path: str = "") -> int:
    """Run the API until told to stop; returns the exit code. Without `database` the environment
    tells which.
    """
    told = {**os.environ, **({"OUTSCOPE_ROOT_PATH": root_path} if root_path else {})}
    try:
        level = logs.read_level(os.environ)
        settings = read_api_settings(told, database, host, port)
    except ValueError as error:  # ApiSettingsError is one
        sys.stderr.write(f"{error}\n")
        return 2
    logs.configure(level)
    server = ApiServer(create_app(settings, partial(reloading, settings, level)), host, port)
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn sends itself the signal again at the end: stopping is no fault
        signal.signal(number, lambda *_: None)
    try:
        server.run()
    except SystemExit:  # it logged why it does not start
        return 2
    return 0
