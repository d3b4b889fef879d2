"""Replays asked for over HTTP: the results of a span judged anew, in a process of their own."""
