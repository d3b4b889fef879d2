"""Which looks are ordered when: the loop of due looks, and the extra ones that the judge asks for.

May import domain, messaging, runtime, store and worker.contract.
"""
