"""Regions with a worker each that look at the same checks, to diagnose any one of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from coordinator.domain.model.horizon import LONGEST_AGO
from coordinator.domain.vantages.diagnosis import Diagnosis, diagnose
from coordinator.domain.vantages.elsewhere import failing_about
from coordinator.domain.window.look import Vote, at_of, vote_in
from coordinator.domain.window.series import Series
from coordinator.domain.window.vantage import Vantage
from tests.coordinator.domain.handmade import (
    RULES,
    check_of,
    code_of,
    regions_of,
    series_of,
    vantage_of,
)

Fails = Callable[[str, str, int], bool | Vote]
"""(region, check, slot) -> whether that look fails, or how it votes."""
SERVICES = ["claude-c1", "openai-c1", "gemini-c1"]
REFERENCES = ["internet-c1", "internet-c2", "internet-c3", "internet-c4"]


@dataclass
class World:
    """Every region looks at every check once a slot, by one worker; what comes out is told by
    `fails`.
    """

    fails: Fails
    checks: Sequence[str] = (*SERVICES, *REFERENCES)
    regions: int = 5
    slots: int = 12

    def __post_init__(self) -> None:
        self.all_series = {check: self._all_series(check) for check in self.checks}
        self.vantages = {region: self._vantage(region) for region in regions_of(self.regions)}

    def _vote(self, region: str, check: str, slot: int) -> Vote:
        told = self.fails(region, check, slot)
        return told if isinstance(told, Vote) else Vote.BAD if told else Vote.GOOD

    def _all_series(self, check: str) -> Mapping[str, Series]:
        names = regions_of(self.regions)
        made = check_of(check, names)
        return {
            region: series_of(
                made,
                region,
                [
                    code_of(10 * slot + 1, self._vote(region, check, slot))
                    for slot in range(self.slots)
                ],
                reference=check.startswith("internet"),
            )
            for region in names
        }

    def _vantage(self, region: str) -> Vantage:
        vantage = vantage_of(region, heard=10 * self.slots)
        codes = [code for series in self.all_series.values() for code in series[region].codes]
        vantage.answered_at = max(
            (at_of(code) for code in codes if vote_in(code) == Vote.GOOD), default=LONGEST_AGO
        )
        return vantage

    def groups(self, region: str, shared: Mapping[str, str]) -> Mapping[Series, str]:
        kin = {
            check: check if check.startswith("internet") else check.split("-")[0]
            for check in self.checks
        }
        return {
            series[region]: shared.get(check, kin[check])
            for check, series in self.all_series.items()
        }

    def diagnosis(self, region: str, shared: Mapping[str, str] | None = None) -> Diagnosis:
        groups = self.groups(region, shared or {})
        return diagnose(
            self.vantages[region],
            list(groups),
            groups,
            lambda asked: [
                failing_about([(list(self.all_series[one.check.id].values()), [slot])])[0]
                for one, slot in asked
            ],
        )

    def unfit(self, shared: Mapping[str, str] | None = None) -> list[str]:
        return [
            region for region in self.vantages if self.diagnosis(region, shared).is_unfit(RULES)
        ]
