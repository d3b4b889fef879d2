"""A worker lives in one region: it takes orders from the broker, looks, and reports what it saw.

It may import `worker.contract` and its own modules; never a database, geoip2, FastAPI or the
coordinator. The loop is `worker/agent.py`.
"""
