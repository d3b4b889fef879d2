"""Answers for analysts: histories, exports, and SQL over the whole record.

May import archive, domain.acknowledging, domain.maintenance, domain.rollups, result_files, store
and worker.contract.
"""
