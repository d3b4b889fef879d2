"""Runs the whole product on one machine: broker, coordinator, workers and API as child processes.

May import coordinator.configuration, coordinator.messaging, coordinator.runtime, coordinator.store
and worker.contract; what the children need, the children import.
"""
