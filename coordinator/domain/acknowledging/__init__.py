"""What vendors say of their incidents against what we saw: edits, matching, four clocks, reach.

May import model and worker.contract.
"""
