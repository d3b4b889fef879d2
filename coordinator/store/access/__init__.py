"""Who may ask the HTTP API: tokens, and from where they were used."""
