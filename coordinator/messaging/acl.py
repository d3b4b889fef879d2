"""Who may do what at the broker: one user a region, so that a leaked credential opens its own
region and no other.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from worker.contract.message import probes_queue, reports_queue

COORDINATOR: Final = "coordinator"

_CONNECT: Final = (
    "+ping +hello +auth +select +multi +exec +client|setname +client|getname +client|id"
)
"""What every client needs to be one. Celery asks for lengths inside MULTI; what is inside is
checked too.
"""


def broker_acl(passwords: Mapping[str, str], coordinator: str) -> list[str]:
    """The lines of an ACL file for Valkey or Redis 7: a user for each region, by its password, and
    the coordinator.

    A region's workers take from `probes.<region>` and `probes.<region>.<worker>`, write to
    `reports.<region>` and to their own queues (echoes), and can do nothing else. Passwords are
    written as SHA-256. Nobody else gets in.
    """
    taken = sorted({COORDINATOR, "default"} & passwords.keys())
    if taken:
        raise ValueError(f"no region can be called {taken[0]!r}: that is a user of the broker")
    if not all((coordinator, *passwords.values())):
        raise ValueError("a password is empty")
    regions = [_region(region, password) for region, password in passwords.items()]
    return ["user default off resetkeys resetchannels -@all", _coordinator(coordinator), *regions]


def _coordinator(password: str) -> str:
    keys = "~probes.* ~reports.* ~coordinator.*"
    commands = "+brpop +rpop +lpush +llen +ltrim +del +scan +memory|usage +info|server +info|memory"
    return (
        f"user {COORDINATOR} on {_hashed(password)} resetchannels -@all {keys} {_CONNECT}"
        f" {commands}"
    )


def _region(region: str, password: str) -> str:
    orders, own, reports = probes_queue(region), f"{probes_queue(region)}.*", reports_queue(region)
    selectors = [
        f"(~{orders} ~{own} +brpop +llen)",
        f"(%W~{reports} %W~{own} +lpush)",
        f"(%R~{reports} +llen)",
    ]
    return (
        f"user {region} on {_hashed(password)} resetchannels -@all {_CONNECT} {' '.join(selectors)}"
    )


def _hashed(password: str) -> str:
    return "#" + sha256(password.encode()).hexdigest()
