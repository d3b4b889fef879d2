"""What a worker does while it hears nobody: look by its standing orders, until it hears again.

May import reporting and contract.
"""
