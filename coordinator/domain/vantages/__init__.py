"""Whether a vantage point is fit to speak: the fleet, and the diagnosis of a worker.

May import model, window and worker.contract.
"""
