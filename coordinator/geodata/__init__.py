"""Where an address is, and the bundled country database that knows it.

May import worker.contract.
"""
