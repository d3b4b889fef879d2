"""What workers say over HTTP: how one joins.

May import the contract's messages, settings and instants, the standard library and pydantic.
"""
