"""How often one host is asked by everything that looks at it: all checks, all regions, all workers
together.

The coordinator alone knows all schedules, so the limit is kept here, before anything starts. Every
worker of a region takes its share of the region's looks, so more workers ask no more often. A host
inside one's own network has no limit.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from typing import Any, NamedTuple

from coordinator.configuration.check import Kinds, checks_in, given, interval_ms, regions_in
from coordinator.configuration.model import Politeness
from coordinator.configuration.reading.mistake import KeyPath, Mistake
from coordinator.configuration.reading.source import Source
from worker.contract.target import INNER_ENDINGS


class _Asked(NamedTuple):
    source: Source
    path: KeyPath
    looks_per_s: float


def discourtesies(
    sources: Sequence[Source], kinds: Kinds, politeness: Politeness
) -> Iterator[Mistake]:
    """One mistake for each host that would be asked more often than it should be, at its busiest
    check.

    The sources have no other mistakes.
    """
    everywhere = sum(1 for source in sources for _ in regions_in(source))
    by_host: dict[str, list[_Asked]] = defaultdict(list)
    for source in sources:
        for path, check in checks_in(source):
            asked = _Asked(source, path, _rate(check, everywhere))
            for host in _hosts(check, kinds):
                by_host[host].append(asked)
    for host, askers in by_host.items():
        total, most = sum(asker.looks_per_s for asker in askers), politeness.most(host)
        if total > most:
            worst = max(askers, key=lambda asker: asker.looks_per_s)
            yield worst.source.mistake(
                (*worst.path, "interval"), _sentence(host, len(askers), total, most)
            )


def is_own(host: str) -> bool:
    """Whether a host can only be one's own: not an address or a name of the public internet."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(INNER_ENDINGS)


def _sentence(host: str, checks: int, total: float, most: float) -> str:
    return (
        f"{host} would get {total:.3g} looks a second from {checks}"
        f" check{'s' if checks > 1 else ''} in all regions, more than {most:g}; look less often or"
        f" from fewer regions, or allow it with `politeness: {{hosts: {{{host}:"
        f" {total + 0.5:.0f}}}}}`"
    )


def _hosts(check: Mapping[str, Any], kinds: Kinds) -> set[str]:
    """The hosts of others that a look asks: each is asked by it, however often."""
    kind = kinds[check["kind"]]
    targets = kind.model_validate(given(check, kind)).targets()
    hosts = {target.host for target in targets if target.host is not None}
    return {host for host in hosts if not is_own(host)}


def _rate(check: Mapping[str, Any], everywhere: int) -> float:
    """Looks a second over all regions."""
    regions = check.get("regions")
    return (everywhere if regions is None else len(regions)) / interval_ms(check) * 1000
