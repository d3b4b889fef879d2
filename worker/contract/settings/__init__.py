"""What settings of every process may hold, and how what is secret in them stays so.

May import the standard library alone.
"""
