"""The kind `websocket`: a connection that is upgraded, pinged and talked over; see kind.py."""

from worker.probes.kinds.websocket.kind import KIND

__all__ = ["KIND"]
