"""The HTTP API: one file a route, in front of documents that are built elsewhere.

May import documents, coordinator.access, coordinator.analytics, coordinator.archive,
coordinator.circumstances, coordinator.configuration, coordinator.domain,
coordinator.evaluation, coordinator.geodata, coordinator.joining, coordinator.messaging,
coordinator.relay, coordinator.store and worker.contract.
"""
