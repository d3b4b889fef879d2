"""The life of an incident, from a confirmed claim to its end.

May import inference, vantages, model, window and worker.contract.
"""
