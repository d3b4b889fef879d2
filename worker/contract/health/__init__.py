"""Whether a process is well, told by HTTP at an address of its own.

May import worker.contract and the standard library.
"""
