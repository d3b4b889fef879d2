"""What every baseline is: a few numbers, and one pure function from what was seen to a claim."""

from typing import Protocol

from coordinator.domain.model.topology import Check
from coordinator.evaluation.baselines.view import Claim, View
from worker.contract.result import Result


class Rule(Protocol):
    """A counting rule. It keeps nothing between calls; the frame counts for it."""

    @property
    def name(self) -> str:
        """The word after `--rule`."""

    @property
    def failures(self) -> int:
        """Failed looks in a row before a stream is down."""

    @property
    def successes(self) -> int:
        """Good looks in a row before it is up again."""

    @property
    def keep_ms(self) -> int:
        """How far back a rule over windows needs the looks, which then judges on its own clock
        only; 0 for streaks.
        """

    @property
    def every_ms(self) -> int:
        """How often it judges without news, because time alone changes its answer; 0 when it does
        not.
        """

    def checker(self, check: Check, result: Result) -> str | None:
        """Whose stream a result belongs to; None when the product would not have made this look."""

    def judge(self, view: View) -> Claim:
        """How far the service is down."""
