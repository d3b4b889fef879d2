"""Which looks are ordered when: the loop of due looks, the extra ones that the judge or somebody
asks for, and what stands for workers that hear nobody.

May import domain, messaging, runtime, store and worker.contract.
"""
