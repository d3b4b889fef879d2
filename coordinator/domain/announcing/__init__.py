"""What is announced, when, and in which words and numbers.

May import incidents, inference, model, vantages, window and worker.contract.
"""
