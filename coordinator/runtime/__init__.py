"""What keeps a process going: leadership, counters, retries, the receive clock, and how loops stop.

May import domain, store and worker.contract.
"""
