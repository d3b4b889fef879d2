"""The past under any rule: replay, comparison, the rules of other monitors, and a simulated
internet.

May import domain, result_files and worker.contract.
"""
