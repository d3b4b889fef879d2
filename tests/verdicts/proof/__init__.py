"""The proof: the promised number of trials and quiet days, run a part at a time and kept."""
