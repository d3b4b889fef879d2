"""A server of the Model Context Protocol: agents ask how far an outage reaches. It only reads.

It is a client of the API, so it runs wherever an agent does. May import client and documents.
"""
