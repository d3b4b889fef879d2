"""The way of a result out: rows, reports on disk, sending until the receipt."""
