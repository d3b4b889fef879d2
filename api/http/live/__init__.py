"""What happens, as it happens: one reader of the store a process, whom all clients listen to.

May import api.documents, coordinator.store and worker.contract.
"""
