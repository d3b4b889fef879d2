"""What an HTTP answer says: what it must be like, who gave it, and what is wrong with it."""
