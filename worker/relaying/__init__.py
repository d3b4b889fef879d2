"""The way by HTTPS, for a worker that does not reach the broker: a relay brings orders and takes
reports.

May import contract, messaging and probes.
"""
