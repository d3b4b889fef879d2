"""Which looks are due, what came of them, who is heard, and how many extra looks may be ordered.

May import model and worker.contract.
"""
