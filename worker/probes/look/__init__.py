"""What a look has at hand: vantage point, deadline, phases, trust, and libcurl's engine.

May import names, worker.contract and worker.targets.
"""
