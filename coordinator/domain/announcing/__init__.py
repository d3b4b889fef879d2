"""What is announced, when, and in which words and numbers."""
