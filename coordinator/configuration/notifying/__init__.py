"""Who is to be told of what, as a file writes it."""
