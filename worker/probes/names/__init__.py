"""Names to addresses, as this machine resolves them."""
