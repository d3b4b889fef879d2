"""Which looks are ordered when: the loop of due looks, and the extra ones that the judge asks
for.
"""
