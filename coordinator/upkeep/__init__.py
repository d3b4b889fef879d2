"""Loops that keep the record small: rollups and forgetting, and the way into the archive.

May import archive, configuration, coordinator.domain.rollups, messaging, runtime, store and
worker.contract.
"""
