"""Sends what was seen and said to an OpenTelemetry collector: metrics, and traces of looks and of
verdicts, read from the store behind a cursor that is kept there.

May import configuration, domain, runtime, store and worker.contract.
"""
