"""The APIs of models: how each is asked, and how its stream is read."""
