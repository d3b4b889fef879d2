"""Joining: a token becomes a key of this worker alone, kept in its state folder.

May import contract and relaying.
"""
