"""Rollups: how minutes, hours and days are made of results, and what they say."""
