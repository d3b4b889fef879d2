"""The kind `vendor_status`: what a vendor itself says of its incidents; see kind.py.

Each form in which vendors publish is one file with a reader: bytes in, incidents out, or
`UnheardError`.
"""

from worker.probes.kinds.vendor_status.kind import KIND

__all__ = ["KIND"]
