"""The kind `websocket`: a connection that is upgraded, pinged and talked over; see kind.py."""

from worker.probes.websocket.kind import KIND

__all__ = ["KIND"]
