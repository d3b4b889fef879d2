"""What goes over the broker: orders out, reports in, and the access list that keeps regions apart.

Knows queues and bytes; what a message means is decided elsewhere. May import worker.contract.
"""
