"""What keeps a process going: leadership, counters, retries, clocks of receipt, and how loops
stop.
"""
