"""A small internet for tests of the engine, and strategies for what may go on in it."""

from dataclasses import dataclass

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from coordinator.domain.model.verdict import Verdict
from tests.scenarios.internet import Silence, Trouble, results, topology
from tests.scenarios.trial import Trial, at
from worker.contract.outcome import Reason
from worker.contract.result import Result

NET = topology(regions=4, services=(("claude", 2), ("openai", 1)), references=2)
REGIONS = [region.id for region in NET.regions]
REASONS = [Reason.TIMEOUT, Reason.STATUS, Reason.DNS, Reason.UNAUTHORIZED, Reason.LATE]


def some(names: list[str]) -> st.SearchStrategy[list[str] | None]:
    """None, which stands for all of them, or one to three of these names."""
    return st.none() | st.lists(st.sampled_from(names), min_size=1, max_size=3)


troubles = st.lists(
    st.builds(
        Trouble,
        since=st.integers(0, 30).map(at),
        until=st.integers(10, 60).map(at),
        regions=some(REGIONS),
        services=some(["claude", "openai", "internet"]),
        components=some(["c1", "c2", "ref1"]),
        share=st.sampled_from([0.3, 0.7, 1.0]),
        reason=st.sampled_from(REASONS),
    ),
    max_size=3,
)
silences = st.lists(
    st.builds(
        Silence,
        since=st.integers(0, 30).map(at),
        until=st.integers(10, 60).map(at),
        regions=st.lists(st.sampled_from(REGIONS), min_size=1, max_size=3),
    ),
    max_size=2,
)


@dataclass(frozen=True)
class World:
    """What goes on, so that a failing example prints short."""

    troubles: list[Trouble]
    silences: list[Silence]
    workers: int
    noise: float
    seed: int

    def results(self) -> list[Result]:
        return results(
            NET, at(0), at(45), self.troubles, self.silences, self.workers, self.noise, self.seed
        )


worlds = st.builds(
    World,
    troubles,
    silences,
    st.integers(1, 2),
    st.sampled_from([0.0, 0.02]),
    st.integers(1, 10_000),
)
thorough = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def said(trial: Trial, service: str = "claude") -> Verdict:
    """The verdict of now."""
    return trial.engine.verdicts()[service]
