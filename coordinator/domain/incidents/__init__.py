"""The life of an incident, from a confirmed claim to its end."""
