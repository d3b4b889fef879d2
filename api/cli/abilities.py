"""What looks can be made from this machine: the parts of a worker, asked without running one."""

import asyncio
from typing import Final

from coordinator.doctor import Finding, ok, warning

_NO_WORKER: Final = "the worker's part is not installed here, and only workers need it"


def look_at_libcurl() -> Finding:
    """The libcurl that looks over HTTP are made with, and the versions of HTTP that it speaks."""
    try:
        import pycurl

        from worker.probes.http.curl.versions import http_versions
    except ImportError:
        return ok("libcurl", _NO_WORKER)
    own = f"libcurl {pycurl.version_info()[1]}, {pycurl.version_info()[5]}"
    spoken = http_versions()
    said = f"{own}: HTTP/{', HTTP/'.join(spoken)}{'' if '3' in spoken else '; no HTTP/3'}"
    if "2" not in spoken:
        return warning(
            "libcurl",
            f"{said}; no HTTP/2",
            "install pycurl from a wheel, which brings a libcurl with both",
        )
    return ok("libcurl", said)


def look_at_icmp() -> Finding:
    """Whether the kind `icmp` can look from here."""
    try:
        from worker.probes.kinds.icmp.socket import available
    except ImportError:
        return ok("icmp", _NO_WORKER)
    why = available()
    if why is None:
        return ok("icmp", "echo requests may be sent")
    said, _, todo = why.partition(": ")
    return warning(
        "icmp",
        said,
        f"only for checks of the kind icmp: {todo}" if todo else "only icmp checks need it",
    )


def look_at_name_servers() -> Finding:
    """Whether the DNS servers of this machine answer."""
    try:
        from worker.probes.names.nameservers import knows_the_root, system_nameservers
    except ImportError:
        return ok("name servers", _NO_WORKER)
    servers = system_nameservers()
    named = ", ".join(address for address, _ in servers)
    if not servers:
        return warning(
            "name servers",
            "/etc/resolv.conf names none",
            "name a DNS server there, or give it to checks",
        )
    if not asyncio.run(knows_the_root(servers)):
        said = f"{named}: no answer to who serves the root of the DNS"
        return warning(
            "name servers",
            said,
            "mend /etc/resolv.conf or the way out; looks by name fail from here",
        )
    return ok("name servers", f"{named}: the DNS is known there")
