"""How often one host is asked by everything that looks at it: all checks, all regions, all workers
together.

The coordinator alone knows all schedules, so the limit is kept here, before anything starts. Every
worker of a region takes its share of the region's looks, so more workers ask no more often. A host
inside one's own network has no limit.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from typing import Any, Final, NamedTuple

from coordinator.configuration.check import Kinds, checks_in, given, interval_ms, regions_in
from coordinator.configuration.mistake import KeyPath, Mistake
from coordinator.configuration.model import Politeness
from coordinator.configuration.source import Source
from worker.contract.target import target_of

_OWN_ENDINGS: Final = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


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
            host, looks_per_s = _host(check, kinds), _rate(check, everywhere)
            if host is not None and not is_own(host):
                by_host[host].append(_Asked(source, path, looks_per_s))
    for host, asked in by_host.items():
        total, most = sum(entry.looks_per_s for entry in asked), politeness.most(host)
        if total > most:
            worst = max(asked, key=lambda entry: entry.looks_per_s)
            yield worst.source.mistake(
                (*worst.path, "interval"), _sentence(host, len(asked), total, most)
            )


def is_own(host: str) -> bool:
    """Whether a host can only be one's own: not an address or a name of the public internet."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_OWN_ENDINGS)


def _sentence(host: str, checks: int, total: float, most: float) -> str:
    return (
        f"{host} would get {total:.3g} looks a second from {checks}"
        f" check{'s' if checks > 1 else ''} in all regions, more than {most:g}; look less often or"
        f" from fewer regions, or allow it with `politeness: {{hosts: {{{host}:"
        f" {total + 0.5:.0f}}}}}`"
    )


def _host(check: Mapping[str, Any], kinds: Kinds) -> str | None:
    kind = check["kind"]
    target = target_of(kind, kinds[kind].model_validate(given(check, kinds[kind])))
    return None if target is None else target.host


def _rate(check: Mapping[str, Any], everywhere: int) -> float:
    """Looks a second over all regions."""
    regions = check.get("regions")
    return (everywhere if regions is None else len(regions)) / interval_ms(check) * 1000
