"""TLS on a connection, how protocols go over to it, and what certificates say.

May import look, network and worker.contract.
"""
