"""Exports: a dataset, in a format, as a stream of bytes in bounded memory, with its exact row count
and checksum.

A dataset is one file in `datasets`, a format one file in `formats`. May import the archive, the
store and the contract.
"""
