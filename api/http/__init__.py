"""The HTTP API: one file a route, in front of documents that are built elsewhere."""
