"""The words of the domain as frozen values: topology, rules, verdict, incident, fitness.

May import worker.contract.
"""
