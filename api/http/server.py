"""Runs the API in this process, until SIGTERM or SIGINT."""

import os
import signal
import sys

from api.http.app import create_app
from api.http.listening.server import ApiServer
from api.http.settings import ApiSettingsError, read_api_settings
from worker.contract import logs


def run_api(database: str, host: str, port: int) -> int:
    """Run the API until told to stop; returns the exit code."""
    logs.configure(os.environ.get("OUTSCOPE_LOG_LEVEL", "INFO"))
    try:
        settings = read_api_settings(os.environ, database, host, port)
    except ApiSettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    server = ApiServer(create_app(settings), host, port)
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn sends itself the signal again at the end: stopping is no fault
        signal.signal(number, lambda *_: None)
    try:
        server.run()
    except SystemExit:  # it logged why it does not start
        return 2
    return 0
