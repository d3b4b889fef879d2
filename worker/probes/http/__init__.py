"""HTTP as values: requests, visits along redirects, and what may be told on the way.

May import look, names, network, parameters, tls, worker.contract and worker.targets.
"""
