"""The kind `icmp`: echo requests, as ping sends them; see kind.py. `available` says whether this
system allows it.
"""

from worker.probes.kinds.icmp.kind import KIND
from worker.probes.kinds.icmp.socket import available

__all__ = ["KIND", "available"]
