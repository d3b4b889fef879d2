"""Which looks are ordered when: the loop of due looks, and the extra ones that the judge asks for.

May import domain, ingest (a limit of it), messaging, runtime and worker.contract.
"""
