"""Regions that we only borrow: how a file writes them, who is looked at from there, how rarely."""
