"""Looking from vantage points that are not ours: measurements of Globalping's public API.

May import probes, targets and contract.
"""
