"""Connections, streams and datagrams to checked addresses."""
