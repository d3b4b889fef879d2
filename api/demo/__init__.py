"""The demo: the real product against a small internet of our own, and a script of what goes wrong
in it.

May import supervisor and worker.contract; the product itself knows nothing of it.
"""
