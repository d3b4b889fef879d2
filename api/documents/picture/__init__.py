"""What is known now, in a few words and as a whole."""
