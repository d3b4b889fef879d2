"""Runs the whole product on one machine: broker, coordinator, workers and API as child processes.

May import coordinator.access, coordinator.configuration, coordinator.messaging,
coordinator.runtime, coordinator.store, coordinator.telemetry and worker.contract;
what the children need, the children import.
"""
