"""The kind `grpc`: a server's own word on its health; see kind.py."""

from worker.probes.kinds.grpc.kind import KIND

__all__ = ["KIND"]
