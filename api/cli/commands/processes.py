"""`outscope up`, and the same product as separate processes: `coordinator`, `worker`, `api`,
`relay`."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from api.cli.options.locations import Data, Database, data_dir, given_database
from api.cli.options.looking import Allow
from api.cli.terminal.outside import say
from worker.contract.broker import BrokerUrlError, check_broker_url
from worker.contract.installed import require
from worker.contract.reloading.reloads import ReloadError
from worker.contract.reloading.reloads import secret as read_secret

EXIT_USAGE: Final = 2

Broker = Annotated[
    str | None,
    typer.Option(
        help="redis:// or rediss:// URL of the broker.", envvar="OUTSCOPE_BROKER", metavar="URL"
    ),
]
Host = Annotated[str, typer.Option(help="Address to listen on.", envvar="OUTSCOPE_HOST")]
Port = Annotated[
    int, typer.Option(help="Port of page and API.", envvar="OUTSCOPE_PORT", min=1, max=65535)
]


def up(
    config: Annotated[
        Path | None,
        typer.Option(
            help="Configuration to apply first; default: the stored one, else the catalog.",
            metavar="FILE",
        ),
    ] = None,
    data: Data = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    broker: Broker = None,
    database: Database = None,
    allow: Allow = None,
    globalping: Annotated[
        bool,
        typer.Option(
            "--globalping",
            help="Look from eight borrowed places as well, by the public Globalping API.",
        ),
    ] = False,
    source: Annotated[
        list[str] | None,
        typer.Option(
            help="Address that the worker of a region looks from; repeatable.", metavar="REGION=IP"
        ),
    ] = None,
) -> None:
    """Run the whole product on this machine: broker, coordinator, one worker a region, API and
    page.

    Everything is kept in the data folder; a second start continues with it. Ctrl-C stops all of it.
    SIGHUP has its processes read again what stands in files. With OTEL_EXPORTER_OTLP_ENDPOINT what
    is seen also goes to an OpenTelemetry collector.
    """
    require("worker", "api")
    from api.supervisor.problem import CannotStartError
    from api.supervisor.settings import ProductSettings
    from api.supervisor.up import run_until_told

    ca_file = os.environ.get("OUTSCOPE_CA_FILE")
    settings = ProductSettings(
        data=data_dir(data),
        host=host,
        port=port,
        config=config,
        broker=secret("OUTSCOPE_BROKER", broker),
        broker_file=secret_file("OUTSCOPE_BROKER", broker),
        database=secret("OUTSCOPE_DATABASE", database),
        database_file=secret_file("OUTSCOPE_DATABASE", database),
        allow=allow,
        ca_file=Path(ca_file) if ca_file else None,
        globalping=globalping,
        source_addresses=_pairs(source or []),
    )
    _checked(settings.broker, settings.database)
    _check_access(host)
    _check_telemetry()
    try:
        asyncio.run(run_until_told(settings, _say))
    except CannotStartError as error:
        say(str(error), err=True)
        raise typer.Exit(EXIT_USAGE) from None


def coordinator(broker: Broker = None, database: Database = None, data: Data = None) -> None:
    """Run the coordinator: it orders looks, keeps what was seen, and judges."""
    from api.cli.serving import run_coordinator

    raise typer.Exit(run_coordinator(broker, given_database(database, data), data_dir(data)))


def api(
    database: Database = None,
    data: Data = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    root_path: Annotated[
        str,
        typer.Option(
            help="Path below which a proxy shows it, such as /status.",
            envvar="OUTSCOPE_ROOT_PATH",
            metavar="PATH",
        ),
    ] = "",
) -> None:
    """Run the API and the page."""
    from api.http.server import run_api

    raise typer.Exit(run_api(given_database(database, data), host, port, root_path))


def relay(
    database: Database = None, data: Data = None, host: Host = "127.0.0.1", port: Port = 8000
) -> None:
    """Run a relay alone: workers that reach nothing but HTTPS take orders and report through it.

    The API is one as well, unless OUTSCOPE_RELAY says otherwise.
    """
    from api.http.server import run_relay

    raise typer.Exit(run_relay(given_database(database, data), host, port))


def secret(variable: str, given: str | None) -> str | None:
    """A setting that may stand in a file, so that it appears in no list of processes."""
    try:
        return given or read_secret(variable, os.environ) or None
    except ReloadError as error:
        say(str(error), err=True)
        raise typer.Exit(EXIT_USAGE) from None


def _checked(broker: str | None, database: str | None) -> None:
    """Refuse what the processes would refuse, before any is started."""
    from coordinator.runtime.heartbeat import VARIABLE, read_heartbeat
    from coordinator.store.database import StoreError
    from coordinator.store.database import checked as database_checked

    try:
        if broker is not None:
            check_broker_url(broker)
        if database is not None:
            database_checked(database)
    except BrokerUrlError as error:
        say(f"OUTSCOPE_BROKER {error}", err=True)
        raise typer.Exit(EXIT_USAGE) from None
    except StoreError as error:
        say(str(error), err=True)
        raise typer.Exit(EXIT_USAGE) from None
    try:
        read_heartbeat(secret(VARIABLE, None) or "")
    except ValueError as error:
        say(f"{VARIABLE} {error}", err=True)
        raise typer.Exit(EXIT_USAGE) from None


def _check_access(host: str) -> None:
    from api.http.settings import ACCESS, ApiSettingsError, check_access

    try:
        check_access(os.environ.get(ACCESS, "").strip(), host)
    except ApiSettingsError as error:
        say(str(error), err=True)
        raise typer.Exit(EXIT_USAGE) from None


def _check_telemetry() -> None:
    from coordinator.telemetry.environment import TelemetryError, asked_for
    from coordinator.telemetry.settings import read_sending

    if not asked_for(os.environ):
        return
    require("otel")
    try:
        read_sending(os.environ)
    except TelemetryError as error:
        say(str(error), err=True)
        raise typer.Exit(EXIT_USAGE) from None


def secret_file(variable: str, given: str | None) -> Path | None:
    """The file that a setting stands in; None when it does not."""
    file = os.environ.get(f"{variable}_FILE")
    return Path(file) if file and not given else None


def _say(line: str) -> None:
    """Tell whoever started this, if the terminal is still there."""
    try:
        say(line)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _pairs(texts: list[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        region, sign, address = text.partition("=")
        if not sign or not region or not address:
            say(f"--source {text!r} is not REGION=IP, such as eu-west=192.0.2.7", err=True)
            raise typer.Exit(EXIT_USAGE)
        pairs[region] = address
    return pairs
