"""One file for each rule of another monitor."""
