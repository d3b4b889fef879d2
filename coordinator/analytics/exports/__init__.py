"""Exports: a dataset, in a format, as a stream of bytes in bounded memory, with its exact row count
and checksum.

A dataset is one file in `datasets`, a format one file (or folder) in `formats`: they are found
there, and listed nowhere. May import the archive, the
store and the contract.
"""
