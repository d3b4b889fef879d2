"""The schema's history, one file a change, written by `tortoise makemigrations` and read before it
is committed.
"""
