"""Names to addresses, as this machine resolves them.

May import parameters and worker.contract.
"""
