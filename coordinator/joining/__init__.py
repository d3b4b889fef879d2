"""Who may join as a worker: tokens, and the decision whom to let in, which does no I/O.

May import configuration, store and worker.contract.
"""
