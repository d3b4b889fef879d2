"""What was said of which incident, and the messages that are to be delivered."""
