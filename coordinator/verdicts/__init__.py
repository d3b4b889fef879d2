"""Judging what was stored, and what stands now: verdicts, timelines, and what was learned as
normal.

May import configuration, domain, runtime, scheduling, store and worker.contract.
"""
