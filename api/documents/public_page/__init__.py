"""A public status page as values: what stands on it, in which words and which colours. Pure."""
