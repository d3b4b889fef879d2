"""The coordinator's side of a RabbitMQ server: its queues, reading from them, its users.

May import its siblings in messaging, and worker.contract.
"""
