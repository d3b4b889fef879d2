"""Reading the archive: which parts and rows are wanted, in the order in which results were
received.
"""
