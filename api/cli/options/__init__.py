"""The options that commands share, and where to ask or find things."""
