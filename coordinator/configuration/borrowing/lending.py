"""Which checks are looked at from borrowed regions, and in how few of their slots. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import ceil
from typing import Any, Final

from coordinator.domain.model.topology import Check, Region
from worker.contract.borrowing.rules import FREE_TESTS, KEEP, objection
from worker.contract.target import hosts_named, read_hosts

HOUR_MS: Final = 3_600_000


def why_not(check: Mapping[str, Any], service: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    """Why a check of a canonical document is not looked at from borrowed regions, in a few words;
    empty when it is. `told` is what the document says of them.
    """
    if not check.get("borrowed", True):
        return "the check forbids it (borrowed: false)"
    if service["role"] == "reference" and "regions" not in check:
        return "references cost more tests there than they tell"
    hosts = told.get("hosts")
    allowed = read_hosts(hosts) if hosts else None
    for host in sorted(hosts_named(check["params"])) if allowed else ():
        if allowed is not None and not allowed.has(host):
            return f"{host} is none of the hosts that may be looked at from there"
    return objection(check["kind"], check["params"])


def with_strides(
    regions: Sequence[Region], checks: Iterable[Check], told: Mapping[str, Any]
) -> tuple[Region, ...]:
    """The regions, the borrowed ones with the stride by which their regular looks cost no more
    tests than they may.
    """
    price = {region.id: region.location.get("limit", 1) for region in regions if region.via}
    wanted = sum(
        price[name] * HOUR_MS / check.interval_ms
        for check in checks
        for name in check.regions
        if name in price
    )
    keep = told.get("keep", KEEP)
    stride = max(1, ceil(wanted / (told.get("tests_per_hour", FREE_TESTS) * (1 - keep))))
    return tuple(
        replace(region, stride=stride, location={**region.location, "keep": keep})
        if region.via
        else region
        for region in regions
    )
