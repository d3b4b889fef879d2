"""The broker: reachable, safe, and what a RabbitMQ server says of itself."""
