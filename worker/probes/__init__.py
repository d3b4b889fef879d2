"""Looking: the kinds of check, and what they share.

`kinds/` has the kinds alone; `run.py` makes one look with any of them. A kind may import
`worker.contract`, `worker.targets` and the rooms here, and nothing else of the worker.
"""
