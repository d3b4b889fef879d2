"""From what arrived to what is stored: read, place, store, receipt. `loop` is THE LOOP of
results.
"""
