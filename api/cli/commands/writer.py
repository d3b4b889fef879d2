"""`outscope writer`: a process that only stores, for a coordinator that judges."""

import typer

from api.cli.commands.processes import Broker
from api.cli.options.locations import Data, Database, data_dir, given_database


def writer(broker: Broker = None, database: Database = None, data: Data = None) -> None:
    """Run a writer: it only stores what workers report. Several may, into one PostgreSQL.

    The coordinator judges what they store. Set OUTSCOPE_WRITERS=elsewhere for all of them and for
    the coordinator.
    """
    from api.cli.serving import run_coordinator

    url, folder = given_database(database, data), data_dir(data)
    raise typer.Exit(run_coordinator(broker, url, folder, writer=True))
