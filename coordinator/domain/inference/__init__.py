"""What explains the looks best: hypotheses, their posterior, and what may be claimed of it.

May import model, vantages, window and worker.contract.
"""
