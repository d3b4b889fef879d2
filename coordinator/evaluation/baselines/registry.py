"""The baselines by name, and the one function that judges results by any of them."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, takewhile
from types import MappingProxyType
from typing import Any

from coordinator.domain.model.topology import Topology
from coordinator.evaluation.baselines.frame import Frame
from coordinator.evaluation.baselines.rule import Rule
from coordinator.evaluation.baselines.rules.blameit import Blameit
from coordinator.evaluation.baselines.rules.dynatrace import Dynatrace
from coordinator.evaluation.baselines.rules.gatus import Gatus
from coordinator.evaluation.baselines.rules.llmstatus import Llmstatus
from coordinator.evaluation.baselines.rules.oneuptime import Oneuptime
from coordinator.evaluation.baselines.rules.openstatus import Openstatus
from coordinator.evaluation.baselines.rules.route53 import Route53
from coordinator.evaluation.baselines.rules.sentry import Sentry
from coordinator.evaluation.baselines.rules.thousandeyes import Thousandeyes
from coordinator.evaluation.baselines.rules.uptimepage import Uptimepage
from worker.contract.instant import Instant
from worker.contract.result import Result

_RULES: tuple[Rule, ...] = (
    Openstatus(),
    Uptimepage(),
    Route53(),
    Sentry(),
    Gatus(),
    Llmstatus(),
    Dynatrace(),
    Oneuptime(),
    Thousandeyes(),
    Blameit(),
)
BASELINES: Mapping[str, Rule] = MappingProxyType({rule.name: rule for rule in _RULES})
"""Every baseline by the word after `--rule`."""


def baseline(rule_name: str, topology: Topology) -> Frame:
    """A baseline that takes results batch by batch. KeyError for an unknown name."""
    return Frame(BASELINES[rule_name], topology)


def judge_by(
    rule_name: str, results: Iterable[Result], topology: Topology, until: Instant | None = None
) -> Iterator[dict[str, Any]]:
    """The verdict and incident records that a baseline gives for these results, as `replay` prints
    them.

    `results` come in order of `received_at`; time goes on to `until` when given. KeyError for an
    unknown name.
    """
    frame = baseline(rule_name, topology)
    wanted = (
        results if until is None else takewhile(lambda result: result.received_at <= until, results)
    )
    return chain(frame.judge(wanted), frame.finish(until))
