"""Looks, verdicts and what is counted of them, as OpenTelemetry has it."""
