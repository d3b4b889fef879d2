"""Standing orders: what a worker looks at while nobody orders, and when each look is due.

May import worker.contract.
"""
