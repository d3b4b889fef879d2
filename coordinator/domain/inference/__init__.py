"""What explains the looks best: hypotheses, their posterior, and what may be claimed of it."""
