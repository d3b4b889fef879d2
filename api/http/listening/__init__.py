"""How requests come in: connections that cannot be held for nothing, and names that are ours."""
