"""The worker's side of the broker: what it consumes, what it publishes, and a watchdog over both.

May import contract.
"""
