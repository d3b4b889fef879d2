"""Every way in from outside: the HTTP API, the page, the command line.

It may import the coordinator and the worker; neither may import it.
"""
