"""Public status pages over HTTP: what they tell is gathered, written once, and given to all."""
