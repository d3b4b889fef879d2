"""The way of a result out: rows, reports on disk, sending until the receipt.

May import contract and messaging.
"""
