"""Whose doing it is when a look leads where this worker does not go. It goes there in no case.

What a check names is for its operator and ours to agree on: such a look is `blocked`, and counts
against nobody. Where a target leads us, by a redirect or by the addresses of its public name, is
the target's own doing: no visitor from outside gets any further, so it is `protocol` and counts.

A name may also lead to a private address because a resolver here says so. A resolver that does not
know the root of the DNS (of a captive network, or one that answers whatever it likes) is not
believed, as it is not when it denies a name: `dns`, and the resolver is to blame. One that knows
the root is believed. It may still have a view of its own (split horizon), which shows as a failure
in this one region, with the address and how to allow it; told as nobody's fault, a public name
that leads nowhere would be seen by nobody. Names that only ever mean something inside a network are
the operator's own, and stay `blocked`.
"""

import re
from typing import Final

from worker.contract.outcome import Blame, Fault, Reason
from worker.contract.target import INNER_ENDINGS, plain_host
from worker.probes.look.vantage import Look

_NUMERIC: Final = re.compile(r":|(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$", re.I)
"""An address, in one spelling or another."""


def not_asked(sentence: str) -> Fault:
    """Whom the check names must not be asked."""
    return Reason.BLOCKED, Blame.PROBER, sentence


def led_astray(url: str, sentence: str) -> Fault:
    """A redirect leads where this worker does not go."""
    return Reason.PROTOCOL, Blame.TARGET, f"the target redirects to {url}: {sentence}"


async def name_astray(host: str, ip: str, sentence: str, look: Look) -> Fault:
    """A host that a check names has no address that may be asked; `sentence` says it of the
    first.
    """
    if look.vantage.guard.rules_out(ip) or is_inner(host):
        return not_asked(sentence)
    if not await look.vantage.resolver.is_honest(look):
        told = f"the resolver leads {host} to {ip}, but does not know the root of the DNS either"
        return Reason.DNS, Blame.RESOLVER, f"{told}: {sentence}"
    return Reason.PROTOCOL, Blame.TARGET, f"the name {host} leads to no public address: {sentence}"


def is_inner(host: str) -> bool:
    """Whether a host means something inside a network only: an address, or a name of no public
    domain.
    """
    name = plain_host(host)
    return "." not in name or name.endswith(INNER_ENDINGS) or _NUMERIC.search(name) is not None
