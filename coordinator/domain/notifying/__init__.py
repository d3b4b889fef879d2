"""Who is to be told of what: rules over incidents, and what was said to whom so far. Pure.

May import dependencies, maintenance, model and worker.contract.
"""
