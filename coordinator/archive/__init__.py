"""Results beyond the hot window, as Parquet files in a folder or an S3-compatible store, read as
one with the store.

A part is a file of one day and service; its entry in the manifest makes it count. May import
result_files, runtime, store and worker.contract.
"""
