"""Announced maintenance, and what incidents have to do with it and with others upstream."""
