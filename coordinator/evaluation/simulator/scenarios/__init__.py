"""The scenarios by name, and the scripts that set them up on a stage."""
