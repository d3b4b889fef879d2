"""Answers for analysts: histories, exports, and SQL over the whole record.

May import archive, domain.rollups, result_files, store and worker.contract.
"""
