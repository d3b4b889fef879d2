"""Applies the configuration before the product starts, in a short-lived process of its own.

So the supervisor, which runs as long as the product, never loads an ORM. Run as
`python -m api.supervisor.prepare [--globalping] [CONFIG]` with OUTSCOPE_DATABASE and OUTSCOPE_DATA
set; prints one JSON object.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from api.supervisor.problem import CannotStartError
from coordinator.messaging.signing import SigningKeyError, find_signer, given_key, read_signer

BORROWED: Final = "--globalping"


@dataclass(frozen=True, slots=True)
class Prepared:
    """The configuration in force: its regions whose workers run here, how much it looks at, and how
    many changes it brought.
    """

    regions: tuple[str, ...]
    services: int
    checks: int
    changes: int
    borrowed: frozenset[str] = frozenset()
    """Those of the regions where no worker of ours stands."""
    shared: tuple[str, ...] = ()
    """The names of those that are neither played nor borrowed: one vantage point on one machine."""
    joined: int = 0
    """How many regions more have only workers that were started elsewhere."""
    link: str = field(default="", repr=False)
    """The secret of a link by which a first administrator signs in, once."""


def prepare(
    database: str, data: Path, config: Path | None, *, globalping: bool = False
) -> Prepared:
    """Bring the store up to date, apply the configuration, and keep a token of the API in the data
    folder; CannotStartError says what is wrong with any. With `globalping`, borrowed regions are
    added when there are none.
    """
    told = [*([BORROWED] if globalping else []), *([str(config)] if config else [])]
    command = [sys.executable, "-m", "api.supervisor.prepare", *told]
    env = {**os.environ, "OUTSCOPE_DATABASE": database, "OUTSCOPE_DATA": str(data)}
    done = subprocess.run(  # noqa: S603 - our own command line
        command, env=env, capture_output=True, text=True, check=False, start_new_session=True
    )
    if done.returncode:
        raise CannotStartError(done.stderr.strip() or "The configuration cannot be applied.")
    found = json.loads(done.stdout)
    return Prepared(
        tuple(found["regions"]),
        found["services"],
        found["checks"],
        found["changes"],
        frozenset(found["borrowed"]),
        tuple(found["shared"]),
        found["joined"],
        found["link"],
    )


def coordinator_key(data: Path, *, makes: bool = True) -> str:
    """The public key that our own workers pin; `makes` the pair when there is none, before they
    start. CannotStartError says why there is none.
    """
    try:
        signer = find_signer(given_key(os.environ), data, makes=makes)
    except SigningKeyError as error:
        raise CannotStartError(str(error)) from error
    return "" if signer is None else signer.public


def require_key() -> None:
    """CannotStartError when a signing key was given that cannot be used."""
    try:
        given = given_key(os.environ)
        if given:
            read_signer(given)
    except SigningKeyError as error:
        raise CannotStartError(f"the signing key: {error}") from error


async def _prepare(database: str, config: Path | None, *, globalping: bool) -> dict[str, Any]:
    from api.configuration import apply_configuration, parameter_models, stored_configuration
    from api.here import at_this_machine
    from api.operator import line
    from coordinator.access.local import keep_token, offer_link
    from coordinator.access.session import ADMINISTRATOR
    from coordinator.configuration import DEFAULT, load_configuration, with_borrowed
    from coordinator.store import open_store

    stored = await stored_configuration(database)
    changed = 0
    fresh = config is not None or stored is None
    if stored is None or fresh:
        stored = load_configuration(config or DEFAULT, parameter_models())
        if config is None:
            stored = await asyncio.to_thread(at_this_machine, stored, os.environ)
    if globalping:
        stored = with_borrowed(stored)
    if fresh or globalping:
        told = line("configuration applied", config.name if config else "(outscope up)")
        changed = len(await apply_configuration(database, stored, told))
        stored = await stored_configuration(database) or stored  # with what the API manages
    async with open_store(database) as store:
        await keep_token(store, Path(os.environ["OUTSCOPE_DATA"]), line("", ""))
        link = await offer_link(store, line("sign-in link made", ADMINISTRATOR))
    topology = stored.topology
    ours = [region for region in topology.regions if region.workers == "here"]
    return {
        "link": link,
        "regions": [region.id for region in ours],
        "borrowed": [region.id for region in ours if region.via],
        "joined": len(topology.regions) - len(ours),
        "services": len(topology.services),
        "checks": len(topology.checks),
        "changes": changed,
        "shared": [region.name for region in ours if not (region.simulated or region.via)],
    }


def main(argv: Sequence[str]) -> int:
    """Apply, print what is in force, and return the exit code: 1 with the mistakes on standard
    error.
    """
    from coordinator.configuration import ConfigurationError
    from coordinator.store import StoreError

    files = [argument for argument in argv if argument != BORROWED]
    config = Path(files[0]) if files else None
    try:
        found = asyncio.run(
            _prepare(os.environ["OUTSCOPE_DATABASE"], config, globalping=BORROWED in argv)
        )
    except ConfigurationError as error:
        print(f"{error}\nNothing was started; mend the configuration first.", file=sys.stderr)
        return 1
    except StoreError as error:
        print(f"{error}", file=sys.stderr)
        return 1
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
