"""Puts the relay of a worker together, by what its operator set."""

import os
from collections.abc import Callable
from typing import Final

from worker.agent import Borrowed
from worker.borrowed.budget import Budget
from worker.contract.borrowing.rules import FREE_TESTS, TOKEN_TESTS
from worker.contract.clock import now
from worker.contract.outcome import Outcome
from worker.flags import SettingsError
from worker.orders import Due
from worker.probes.look.vantage import Vantage
from worker.probes.parameters.secret import read_secret
from worker.probes.run import ParsedCheck
from worker.settings import WorkerSettings

TOKEN: Final = "OUTSCOPE_SECRET_GLOBALPING"  # noqa: S105 - the name of a variable
_BUDGET: Final = "globalping.json"


def borrowed_looks(settings: WorkerSettings, vantage: Vantage) -> Borrowed:
    """What makes the looks of a borrowed region; SettingsError when the token cannot be read."""
    # late: they load what reads answers of all kinds, and most workers borrow no region
    from worker.borrowed.api import Api
    from worker.borrowed.relay import Relay

    token = _token()
    budget = _budget(settings, token)
    relay = Relay(Api(vantage, settings.globalping_url, token), budget, vantage)

    async def look(due: Due, parsed: ParsedCheck) -> Outcome:
        return await relay.look(parsed, due.location or {}, confirming=due.attempt > 0)

    return look


def budget_left(settings: WorkerSettings) -> Callable[[], int | None]:
    """How many tests the machine may still ask for within the hour; nobody knows of looks that are
    our own.
    """
    if not settings.via:
        return lambda: None
    budget = _budget(settings, _token())
    return lambda: budget.window(now()).left


def _budget(settings: WorkerSettings, token: str) -> Budget:
    return Budget(settings.state_dir / _BUDGET, TOKEN_TESTS if token else FREE_TESTS)


def _token() -> str:
    """The token of an account, from the environment or a file; empty without one."""
    file = os.environ.get(f"{TOKEN}_FILE")
    try:
        token = read_secret(TOKEN, file) if file else os.environ.get(TOKEN, "")
    except ValueError as error:
        raise SettingsError(str(error)) from error
    token = token.strip()
    if not token.isascii() or any(letter.isspace() for letter in token):
        raise SettingsError(f"{TOKEN} is no token; give one line without spaces")
    return token
