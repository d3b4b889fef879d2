"""What parameters of kinds are made of.

May import worker.contract.
"""
