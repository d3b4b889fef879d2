"""Results and what is folded from them: added in bulk, read in pages, rolled up, partitioned,
forgotten.
"""
