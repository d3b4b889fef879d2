"""HTTP as values: requests, visits along redirects, and what may be told on the way."""
