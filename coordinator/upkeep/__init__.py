"""Loops that keep the record small (rollups and forgetting, the way into the archive), let joined
workers in at the broker, and tell which are gone.

May import archive, configuration, coordinator.domain.rollups, joining, messaging, runtime, store
and worker.contract.
"""
