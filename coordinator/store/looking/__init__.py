"""Looks that somebody wishes to be made at once."""
