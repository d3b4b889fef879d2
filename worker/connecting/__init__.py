"""Which way a worker goes to the coordinator, by the broker or by HTTPS, and how it is seen there.

May import contract, joining, messaging, relaying and reloading.
"""
