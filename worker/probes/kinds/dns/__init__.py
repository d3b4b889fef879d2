"""The kind `dns`: a name is asked for and the answer is judged; see kind.py."""

from worker.probes.kinds.dns.kind import KIND
from worker.probes.kinds.dns.params import DnsParams

__all__ = ["KIND", "DnsParams"]
