"""What parameters of kinds are made of."""
