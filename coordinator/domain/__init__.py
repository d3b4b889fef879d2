"""The rules, pure: frozen values in, frozen values out.

No I/O, no clock, no random, no logging. `now` is always an argument.
"""
