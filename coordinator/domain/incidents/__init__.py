"""The life of an incident, from a confirmed claim to its end.

May import inference, model, window and worker.contract.
"""
