"""What shares a fate counts as one witness: all that a network serves, a service, or a component
of a reference.
"""

from collections.abc import Iterable, Mapping

from coordinator.domain.window.series import Series

FEWEST_GROUPS = 4
"""When networks leave fewer independent witnesses than this, services and references are taken for
witnesses.
"""


def _kin(series: Series) -> str:
    """A service is one witness, and so is each component of a reference."""
    return (
        f"{series.check.service}/{series.component}" if series.reference else series.check.service
    )


def witnesses(all_series: Iterable[Series]) -> Mapping[Series, str]:
    """The witness that each series belongs to: what one network serves, else a service or
    reference.
    """
    by_kin = {series: _kin(series) for series in all_series}
    networks = {series: f"AS{series.asn}" if series.asn else kin for series, kin in by_kin.items()}
    return networks if len(set(networks.values())) >= FEWEST_GROUPS else by_kin
