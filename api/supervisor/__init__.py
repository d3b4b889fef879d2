"""Runs the whole product on one machine: broker, coordinator, workers and API as child processes.

It may import the configuration and the catalog; what the children need, the children import.
"""
