"""The kind `flow`: what a user does in several steps; see kind.py."""

from worker.probes.kinds.flow.kind import KIND

__all__ = ["KIND"]
