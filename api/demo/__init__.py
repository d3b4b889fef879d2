"""The demo: the real product against a small internet of our own, and a script of what goes wrong
in it.

It may import the supervisor and the API's words; the product itself knows nothing of it.
"""
