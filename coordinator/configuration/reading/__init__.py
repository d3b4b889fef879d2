"""Reading a YAML file so that a mistake can name its line, and saying what is wrong with it."""
