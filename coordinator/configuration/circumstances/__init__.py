"""Announced maintenance, dependencies and how long each service is kept, as a file writes them."""
