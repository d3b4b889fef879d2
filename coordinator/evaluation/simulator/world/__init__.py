"""The simulated internet: cells, lanes of looks, latency, noise and trouble, all derived from a
seed.
"""
