"""The circumstances of incidents: gathers announced maintenance from everywhere, and says of each
incident what it has to do with it and with incidents upstream.

May import configuration, domain, runtime, store and worker.contract.
"""
