"""The HTTP API: one file a route, in front of documents that are built elsewhere.

May import documents, coordinator.analytics, coordinator.archive, coordinator.configuration,
coordinator.domain, coordinator.joining, coordinator.messaging, coordinator.store and
worker.contract.
"""
