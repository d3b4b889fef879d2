"""Looking: the kinds of check, and what they share.

`kinds/` has the kinds alone; `run.py` makes one look with any of them. May import contract and
targets.
"""
