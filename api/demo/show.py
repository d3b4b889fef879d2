"""The whole demo: the small internet, the product that looks at it, and the script."""

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import yaml
from rich.console import Console

from api.demo.internet import internet
from api.demo.play import HOLD_S, Played, Player, check_incidents, check_word
from api.demo.script import SCRIPT
from api.demo.telling import Teller
from api.demo.weather import Weather
from api.demo.world import ALLOWED, SPOTS, configuration
from api.supervisor.claim import free_port
from api.supervisor.problem import CannotStartError
from api.supervisor.product import Product, product
from api.supervisor.settings import ProductSettings

_STARTED_WITHIN_S: Final = 90.0
_RESOLVED_WITHIN_S: Final = 30.0
_WATCHED_S: Final = 8.0
"""How long each verdict stands when nobody waits for the end, so that people can look at the
page.
"""


async def show(
    console: Console, *, once: bool, port: int | None, speed: float, keep: Path | None = None
) -> bool:
    """Run the demo; whether everything was said as it was. Without `once`, until it is interrupted.

    Its configuration and data are kept in the folder `keep`, when given.
    """
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    with _folder(keep) as folder:
        playing = asyncio.create_task(_perform(folder, console, once, port or free_port(), speed))
        waiting = asyncio.create_task(stopping.wait())
        await asyncio.wait((playing, waiting), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if stopping.is_set():
            playing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await playing
            return False
        return playing.result()


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """A folder to work in: the one to keep, or one that is gone afterwards."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="outscope-demo-") as folder:
            yield Path(folder)
        return
    try:
        keep.mkdir(parents=True, exist_ok=True)
        used = any(keep.iterdir())
    except OSError as error:
        raise CannotStartError(f"{keep} cannot be used: {error.strerror}.") from None
    if used:
        raise CannotStartError(f"{keep} is not empty; name a new folder.")
    yield keep


async def _perform(folder: Path, console: Console, once: bool, port: int, speed: float) -> bool:
    weather, teller = Weather(), Teller(console)
    async with internet(weather, folder) as (servers_port, ca_file):
        config = folder / "outscope.yaml"
        config.write_text(
            yaml.safe_dump(configuration(servers_port, speed), sort_keys=False, allow_unicode=True)
        )
        settings = ProductSettings(
            data=folder / "data",
            port=port,
            config=config,
            allow=ALLOWED,
            ca_file=ca_file,
            source_addresses={spot.id: spot.source for spot in SPOTS},
        )
        async with product(settings, teller.note) as running:
            await _start(running)
            teller.note(f"Watch it at {settings.address}")
            return await _play(running, weather, teller, once, speed)


async def _start(running: Product) -> None:
    try:
        async with asyncio.timeout(_STARTED_WITHIN_S):
            await running.start()
    except TimeoutError as error:
        raise CannotStartError(
            f"The product did not start within {_STARTED_WITHIN_S:g} s; see above."
        ) from error


async def _play(
    running: Product, weather: Weather, teller: Teller, once: bool, speed: float
) -> bool:
    player = Player(running, weather, teller, speed, HOLD_S if once else _WATCHED_S)
    played: list[Played] = []
    while True:
        played = await player.play(SCRIPT)
        if once:
            break
        teller.summary(played)
    played.append(await check_incidents(running.settings.port, teller, _RESOLVED_WITHIN_S))
    played.append(await check_word(running.settings.port, teller, _RESOLVED_WITHIN_S))
    teller.summary(played)
    wrong = sum(not step.right for step in played)
    teller.note(
        f"{len(played)} steps, {wrong} wrong" if wrong else f"{len(played)} steps, all right"
    )
    return not wrong
