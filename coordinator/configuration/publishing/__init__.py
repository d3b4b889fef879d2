"""Public status pages, as a file writes them."""
