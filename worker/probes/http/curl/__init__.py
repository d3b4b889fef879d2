"""libcurl, driven by the worker's event loop: one multi handle per process, a fresh connection per
look unless an open one is wanted. Only the modules here import pycurl, and nothing imports them
before the first http look.
"""
