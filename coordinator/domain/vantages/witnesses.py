"""What shares a fate counts as one witness: all that a network serves, a service, or a component
of a reference.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from coordinator.domain.window.series import Series

FEWEST_GROUPS = 4
"""When networks leave fewer independent witnesses than this, services and references are taken for
witnesses.
"""


def witnesses(all_series: Sequence[Series]) -> Mapping[Series, str]:
    """The witness that each series belongs to: what one network serves, else a service or
    reference.
    """
    networks = [_network(series.asn) if series.asn else series.kin for series in all_series]
    if len(set(networks)) >= FEWEST_GROUPS:
        return dict(zip(all_series, networks, strict=True))
    return {series: series.kin for series in all_series}


@lru_cache(maxsize=4096)
def _network(asn: int) -> str:
    return f"AS{asn}"
