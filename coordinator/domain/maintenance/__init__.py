"""Announced maintenance: when windows come, and what they mean for an incident. Pure.

May import model and worker.contract.
"""
