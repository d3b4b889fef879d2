"""Results folded into minutes, hours and days, and sketches of durations that can be merged.

May import worker.contract.
"""
