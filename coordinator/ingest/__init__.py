"""From what arrived to what is stored: read, place, store, receipt. `loop` puts it in order.

May import configuration, domain, geodata, messaging, runtime, scheduling, store, verdicts and
worker.contract.
"""
