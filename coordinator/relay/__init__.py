"""The relay: workers that reach nothing but HTTPS take orders and leave reports through it.

It has no rights of its own: each worker's way goes by that worker's user at the broker. May import
messaging, joining, store and worker.contract.
"""
