"""Is it me? Whose trouble it is that a service fails for one machine that looked once.

May import model, inference and vantages.
"""
