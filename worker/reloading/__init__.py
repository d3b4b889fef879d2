"""What a worker reads again at SIGHUP: its way to the broker, keys, secrets, authorities, policy.

May import contract, messaging, probes, relaying and targets.
"""
