"""Keeps what vendors say of their incidents, every wording, and joins it with what we saw.

May import configuration, coordinator.domain.acknowledging, coordinator.domain.model, runtime,
store and worker.contract.
"""
