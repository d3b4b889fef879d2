"""The names of rules, which cost nothing to know: who lists them loads none."""

from typing import Final

from coordinator.evaluation.baselines import BASELINES

OUTSCOPE: Final = "outscope"
RULES: Final = (OUTSCOPE, *BASELINES)
"""The names of all rules, ours first."""
