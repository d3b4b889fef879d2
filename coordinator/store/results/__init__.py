"""Results: added in bulk, read in pages, struck, partitioned,
forgotten.
"""
