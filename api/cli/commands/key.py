"""`outscope key`: what workers pin, so that they obey nobody but the coordinator."""

import os

import typer

from api.cli.options.locations import Data, data_dir
from api.cli.terminal.outside import say
from worker.contract.installed import require


def key(data: Data = None) -> None:
    """Print the coordinator's public key, for OUTSCOPE_COORDINATOR_KEY of each worker.

    It is that of OUTSCOPE_SIGNING_KEY, else of the data folder, where the pair is made when there
    is none. Run it where the coordinator runs, as the same user.
    """
    require("coordinator")
    from coordinator.messaging.signing import SigningKeyError, find_signer, given_key

    try:
        signer = find_signer(given_key(os.environ), data_dir(data), makes=True)
    except SigningKeyError as error:
        say(str(error), err=True)
        raise typer.Exit(2) from None
    if signer is not None:
        say(signer.public)
