"""What is wrong with the way to an API or a relay, each in one sentence that says what to do."""

import re
from typing import Final

from worker.contract.clock import now
from worker.contract.instant import rfc3339

_CLOCK: Final = "not yet valid", "has expired"
_TUNNEL: Final = re.compile(r"[Tt]unnel connection failed: (\d{3})")
_ASKS_PASSWORD: Final = 407


def no_outscope(url: str, how: str = "") -> str:
    """Somebody else answers there."""
    return (
        f"{url} answered{how}, but is no Outscope's API; take the address from outscope worker"
        " invite, and have a proxy in front of the API pass on /v1/join, /v1/relay/ and all headers"
    )


def unproven(url: str, why: str) -> str:
    """Its certificate is not believed, for such a reason."""
    if any(said in why for said in _CLOCK):
        return (
            f"the certificate of {url} is not valid by this machine's clock ({rfc3339(now())}):"
            f" {why}; set the clock, or have the certificate renewed"
        )
    return (
        f"the certificate of {url} is not proven: {why}; name the authority's certificate with"
        " --ca-file FILE, or use the name that the certificate is for"
    )


def proxy_refuses(url: str, code: int) -> str:
    """The proxy of this network did not let us through, with such an HTTP status."""
    if code == _ASKS_PASSWORD:
        return (
            f"the proxy on the way to {url} asks for a user and a password (HTTP 407); write them"
            " into HTTPS_PROXY: http://user:password@proxy.example.com:3128"
        )
    return (
        f"the proxy on the way to {url} does not let this machine through (HTTP {code}); have it"
        " allowed there, or name the host in NO_PROXY"
    )


def unreachable(url: str, why: str) -> str:
    """Nobody answers there."""
    tunnel = _TUNNEL.search(why)
    if tunnel:
        return proxy_refuses(url, int(tunnel[1]))
    return f"{url} cannot be reached: {why.lower()}; check the address, and try again"
