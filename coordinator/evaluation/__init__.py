"""The past under any rule: replay, comparison, the rules of other monitors, and a simulated
internet.
"""
