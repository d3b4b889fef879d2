"""Who may do what at the broker: one user a region, so that a leaked credential opens its own
region and no other.
"""

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Final

from worker.contract.message import (
    echo_queue,
    own_reports_queue,
    probes_queue,
    reports_queue,
    worker_queue,
)

COORDINATOR: Final = "coordinator"
ORDERS: Final = "outscope.orders"
"""The key at the broker that says who may order, and until when looks were."""

DATABASE: Final = 0
_CONNECT: Final = "+ping +hello +auth +multi +exec +client|setname +client|getname +client|id"
_OWN_ADDRESS: Final = "+client|info"
"""So a worker learns by which address the broker sees it."""
"""What every client needs to be one. Celery asks for lengths inside MULTI; what is inside is
checked too.
"""
_KEYS: Final = f"~probes.* ~reports.* ~echo.* ~{ORDERS}"
_COMMANDS: Final = (
    "+brpop +rpop +lpush +llen"  # reports in, orders and receipts out
    " +ltrim +del +scan +memory|usage +info|memory"  # bounding what waits
    " +client|no-evict"  # it takes what others wrote
    " +info|server"  # for the doctor
    " +lindex"  # who reports from a region that is not configured
    " +watch +unwatch +hgetall +hset +pexpire"  # fencing orders
)
_USERS: Final = "+acl|list +acl|setuser +acl|deluser +client|kill"
"""Of a coordinator that lets joined workers in itself. Whoever may do this may do everything."""
WORKERS: Final = "worker."
"""How the users of joined workers begin; no region is called so, for none has a dot."""


class ForbiddenError(Exception):
    """The coordinator's user may not change users at this broker."""


def broker_acl(
    passwords: Mapping[str, str],
    coordinator: str,
    workers: Mapping[str, Sequence[str]] | None = None,
    database: int = DATABASE,
    *,
    manages: bool = True,
) -> list[str]:
    """The lines of an ACL file for Valkey or Redis 7: a user for each region, by its password, and
    the coordinator.

    A region's workers take from `probes.<region>`, `probes.<region>.<worker>` and
    `echo.<region>.<worker>`, write to `reports.<region>` and to their echoes, and can do nothing
    else: so not even its own region's workers take orders from who holds its credential. A region
    whose `workers` are named has the keys of these and no others. All are let into one numbered
    `database` of the server, for rights on keys count in each, and only one is looked after.
    Passwords are written as SHA-256. Nobody else gets in, but whom the coordinator lets in as
    workers join, if it `manages` users.
    """
    taken = sorted({COORDINATOR, "default"} & passwords.keys())
    if taken:
        raise ValueError(f"no region can be called {taken[0]!r}: that is a user of the broker")
    if not all((coordinator, *passwords.values())):
        raise ValueError("a password is empty")
    named = workers or {}
    users = [
        _user(COORDINATOR, coordinator, database, _KEYS, _COMMANDS, *[_USERS] * manages),
        *(
            _user(
                region,
                password,
                database,
                *_rights(region, named.get(region) or ("*",), reports_queue(region)),
            )
            for region, password in passwords.items()
        ),
    ]
    return ["user default off resetkeys resetchannels -@all", *users]


def worker_user(region: str, worker: str) -> str:
    """The user of one joined worker."""
    return f"{WORKERS}{region}.{worker}"


def worker_rules(
    region: str, worker: str, digests: Collection[str], database: int = DATABASE
) -> list[str]:
    """The rules of a joined worker's user, by the SHA-256 of each of its keys: as a region's, for
    this worker's own keys alone. It reports to a queue of its own.
    """
    rights = _rights(region, (worker,), own_reports_queue(region, worker))
    return _rules([f"#{digest}" for digest in digests], database, *rights)


def _rights(region: str, workers: Sequence[str], reports: str) -> list[str]:
    orders = probes_queue(region)
    own = " ".join(f"~{worker_queue(region, worker)}" for worker in workers)
    echoes = [echo_queue(region, worker) for worker in workers]
    read = " ".join(f"~{echo}" for echo in echoes)
    written = " ".join(f"%W~{echo}" for echo in echoes)
    return [
        _OWN_ADDRESS,
        f"(~{orders} {own} {read} +brpop +llen)",
        f"(%W~{reports} {written} +lpush)",
        f"(%R~{reports} +llen)",
    ]


def _user(name: str, password: str, database: int, *rights: str) -> str:
    return f"user {name} {' '.join(_rules([_hashed(password)], database, *rights))}"


def _rules(passwords: Sequence[str], database: int, *rights: str) -> list[str]:
    enters = f"{_CONNECT} +select|{database}".split(" ")
    return ["on", *passwords, "resetchannels", "-@all", *enters, *rights]


def _hashed(password: str) -> str:
    return "#" + sha256(password.encode()).hexdigest()
