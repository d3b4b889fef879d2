"""The rules that other monitors use, to compare ours with: each a small pure function over counted
looks.

They are approximations from public sources, read in the product's favour where these leave a
choice.
"""

from coordinator.evaluation.baselines.registry import BASELINES, baseline, judge_by

__all__ = ["BASELINES", "baseline", "judge_by"]
