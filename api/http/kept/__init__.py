"""Answers that are kept as they were sent, for as long as what they tell stands."""
