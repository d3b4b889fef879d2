"""Runs the whole product on one machine: broker, coordinator, workers and API as child processes.

May import coordinator.configuration, coordinator.messaging, coordinator.runtime and
coordinator.store; what the children need, the children import.
"""
