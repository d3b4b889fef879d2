"""Loops that keep the record small (rollups and forgetting, the way into the archive), and joined
workers let in at the broker.

May import archive, configuration, coordinator.domain.rollups, joining, messaging, runtime, store
and worker.contract.
"""
