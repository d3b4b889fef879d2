"""Answers for analysts: histories, exports, and SQL over the whole record."""
