"""What is known of everything but results: verdicts, incidents, workers, configurations, and what
was refused.
"""
