"""Ways that are not taken: the answer to a request that was not made, and whose doing that is."""

import pycurl

from worker.contract.outcome import Blame, Fault
from worker.probes.http.redirect import shown
from worker.probes.http.request import Answer, Request
from worker.probes.look.forbidden import is_inner, led_astray, name_astray, not_asked
from worker.probes.look.vantage import Look
from worker.targets.guard import Guard


def refused(fault: Fault, dns_ms: float | None = None) -> Answer:
    """The answer to a request that was not made."""
    return Answer(
        pycurl.E_COULDNT_CONNECT, fault[2], refusal=fault, dns_ms=dns_ms, total_ms=dns_ms or 0.0
    )


def not_taken(request: Request, sentence: str) -> Fault:
    """What it means that a way must not be taken: it depends on who leads there."""
    return led_astray(shown(request.url), sentence) if request.led else not_asked(sentence)


def fault_of_way(request: Request, where: str, sentence: str, guard: Guard) -> Fault:
    """The same of a host or address; whoever is never probed is so by whatever way."""
    return not_asked(sentence) if guard.rules_out(where) else not_taken(request, sentence)


async def fault_of_name(request: Request, host: str, ip: str, sentence: str, look: Look) -> Fault:
    """What it means that a name has no address that may be asked, of which `ip` is the first."""
    if is_inner(host):
        return fault_of_way(request, ip, sentence, look.vantage.guard)
    fault = await name_astray(host, ip, sentence, look)
    return not_taken(request, fault[2]) if fault[1] is Blame.TARGET and request.led else fault
