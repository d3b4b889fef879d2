"""Connections, streams and datagrams to checked addresses.

May import look, names, parameters and worker.contract.
"""
