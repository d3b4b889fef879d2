"""`outscope worker drain`, `revoke` and `remove`: how a worker's time ends."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

import typer

from api.cli.commands.worker.named import REFUSED, Name, keys_of, refuse
from api.cli.options.locations import Data, Database
from api.cli.options.store import with_store
from api.cli.terminal.outside import say
from api.operator import line
from coordinator.store import Store
from worker.contract.clock import now


def drain(
    name: Name,
    cancel: Annotated[
        bool, typer.Option("--cancel", help="Let it work again, when it is started again.")
    ] = False,
    database: Database = None,
    data: Data = None,
) -> None:
    """Have a worker finish its looks, report them and leave: it ends within seconds, with exit code
    0, and ends again whenever it is started.

    A worker older than this command only leaves when it is stopped on its machine.
    """

    async def work(store: Store) -> str:
        keys = keys_of(await store.worker_keys.all(), name)
        at, region, worker = now(), keys[0].region, keys[0].worker
        about = f"{region}/{worker}"
        if not any(key.lets_in(at) for key in keys):
            refuse(f"{about} was revoked: it works no more")
        if cancel:
            await store.worker_keys.undrain(region, worker, line("drain cancelled", about))
        else:
            await store.worker_keys.drain(region, worker, at, line("worker drained", about))
        return about

    about = with_store(database, data, work, REFUSED)
    if cancel:
        return say(f"{about} may work again; start it on its machine.")
    return say(f"{about} is told to finish and leave. Then: outscope worker remove {name}")


def revoke(name: Name, database: Database = None, data: Data = None) -> None:
    """Take a worker's key from it at once: within seconds it is thrown out of the broker, with its
    open connections, and is let in no more.

    What it kept stays on its machine. Its name stays taken until it is removed.
    """

    async def work(store: Store) -> tuple[str, bool]:
        keys = keys_of(await store.worker_keys.all(), name)
        at, about = now(), f"{keys[0].region}/{keys[0].worker}"
        if not any(key.lets_in(at) for key in keys):
            return about, False
        entry = line("worker revoked", about)
        await store.worker_keys.revoke(keys[0].region, keys[0].worker, at, entry)
        return about, True

    about, changed = with_store(database, data, work, REFUSED)
    if not changed:
        return say(f"Nothing changed: {about} was revoked before.")
    return say(
        f"{about} is revoked: a running coordinator throws it out within seconds. What it reported"
        " stays; strike what was forged with outscope region strike."
    )


def remove(
    name: Name,
    force: Annotated[
        bool, typer.Option("--force", help="Also a worker that still works; it is thrown out.")
    ] = False,
    database: Database = None,
    data: Data = None,
) -> None:
    """Forget a worker that was revoked or drained; another may have its name."""

    async def work(store: Store) -> str:
        keys = keys_of(await store.worker_keys.all(), name)
        at, about = now(), f"{keys[0].region}/{keys[0].worker}"
        works = [key for key in keys if key.lets_in(at) and key.draining_at is None]
        if works and not force:
            refuse(f"{about} may still work; drain or revoke it first, or add --force")
        entry = line("worker removed", about)
        await store.worker_keys.remove(keys[0].region, keys[0].worker, entry)
        return about

    say(f"{with_store(database, data, work, REFUSED)} is removed.")


COMMANDS: Final[Mapping[str, Callable[..., None]]] = {
    "drain": drain,
    "revoke": revoke,
    "remove": remove,
}
