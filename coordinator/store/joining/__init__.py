"""How workers come in: invitations, the keys of those that joined, and who did what."""
