"""What is sent, and the fence that keeps a leader of before from ordering. May import
worker.contract.
"""
