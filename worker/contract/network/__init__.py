"""What every process must know of addresses.

May import the standard library alone.
"""
