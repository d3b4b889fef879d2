"""Which targets may be asked, and when one is left alone.

May import contract.
"""
