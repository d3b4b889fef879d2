"""What the API answers: the shape of every document, and pure functions that build it.

The shapes are typed dictionaries: checked by mypy where they are built, shown by OpenAPI, and
encoded as they are. May import explanation, coordinator.configuration, coordinator.domain,
coordinator.geodata, coordinator.joining, coordinator.runtime, coordinator.store and
worker.contract.
"""
