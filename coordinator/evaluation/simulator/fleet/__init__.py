"""A simulated fleet and what it looks at: shape, places, and the configuration that fits."""
