"""How a configuration becomes another: what differs, who manages what, and what is stored as people
write it.
"""
