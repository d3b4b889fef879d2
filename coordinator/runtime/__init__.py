"""What keeps a process going: leadership, counters, retries, the receive clock, and how loops stop.

May import store and worker.contract.
"""
