"""What a request can draw from: the store, and snapshots of what stands now."""
