"""Tells people and machines of incidents: decides by the rules of the configuration, keeps what is
said, and delivers it until it has arrived.

May import access, circumstances, configuration, domain, runtime, store and worker.contract.
"""
