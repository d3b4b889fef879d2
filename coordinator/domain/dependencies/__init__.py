"""Services that depend on others: which incident most likely caused which. Pure.

May import model and worker.contract.
"""
