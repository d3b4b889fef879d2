"""Alerts and dashboards as code; `python -m infra.observability.write` makes the files from it."""
