"""Names to addresses as this machine resolves them, and who is to blame when that fails.

`getaddrinfo` is what every program here uses, hosts file included, so it is what we look with. It blocks, so each
lookup has a thread, which ends by itself: a resolver that hangs must hold up neither the loop nor the exit.
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

import dns.asyncquery
import dns.exception
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver

from worker.contract.clock import monotonic_s
from worker.contract.outcome import Blame

if TYPE_CHECKING:
    from worker.probes.vantage import Look

Nameserver = tuple[str, int]

_LOOKUPS: Final = 128
_MISSING: Final = frozenset({socket.EAI_NONAME, socket.EAI_NODATA, socket.EAI_ADDRFAMILY})
_TRUST_S: Final = 10.0
_ROOT_S: Final = 1.0


class Unresolved(Exception):  # noqa: N818 - it is the answer "no", not an error of ours
    """No address for a name: the sentence, and who is to blame."""

    def __init__(self, blame: Blame, sentence: str) -> None:
        super().__init__(sentence)
        self.blame = blame


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address to connect to. `literal`: the host was an address already, so nothing was resolved."""

    family: socket.AddressFamily
    address: Any
    literal: bool = False

    @property
    def ip(self) -> str:
        """The address without its port."""
        return str(self.address[0])


class Resolver:
    """The machine's resolver, and what is known of its honesty."""

    def __init__(
        self,
        lookup: Callable[..., Any] = socket.getaddrinfo,
        nameservers: Callable[[], Sequence[Nameserver]] | None = None,
    ) -> None:
        self.nameservers = nameservers or system_nameservers
        self._lookup = lookup
        self._hanging = 0
        self._honest: tuple[float, bool] | None = None

    async def endpoints(self, host: str, port: int, look: "Look") -> list[Endpoint]:
        """At least one endpoint, in the system's order; Unresolved says why there is none."""
        literal = _literal(host, port)
        if literal is not None:
            return [literal]
        family = _family(look.vantage.source_address)
        try:
            async with asyncio.timeout(look.left_s()):
                found = await self._in_thread(lambda: self._lookup(host, port, family, socket.SOCK_STREAM))
        except TimeoutError:
            raise Unresolved(Blame.RESOLVER, f"{host} was not resolved within {look.timeout_ms} ms") from None
        except socket.gaierror as error:
            if error.errno in _MISSING:
                raise await self._missing(host, look) from error
            raise Unresolved(Blame.RESOLVER, f"the resolver could not look up {host}: {error.strerror}") from error
        except UnicodeError as error:
            raise Unresolved(Blame.PROBER, f"{host!r} is not a host name") from error
        return [Endpoint(family, address) for family, _, _, _, address in found]

    async def explain(self, host: str, look: "Look") -> Unresolved:
        """Why libcurl could not resolve a name: it does not say, so we ask again ourselves."""
        try:
            await self.endpoints(host, 0, look)
        except Unresolved as error:
            return error
        return Unresolved(Blame.RESOLVER, f"the resolver failed for {host}, and answered when asked again")

    async def _missing(self, host: str, look: "Look") -> Unresolved:
        """A resolver without a way out may deny every name; only one that knows the root is believed."""
        if await self.is_honest(look):
            return Unresolved(Blame.TARGET, f"the name {host} does not exist")
        return Unresolved(Blame.RESOLVER, f"the resolver denies {host}, but does not know the root of the DNS either")

    async def is_honest(self, look: "Look") -> bool:
        """Whether the machine's resolver knows the root of the DNS; asked at most every ten seconds."""
        if self._honest is not None and monotonic_s() - self._honest[0] < _TRUST_S:
            return self._honest[1]
        try:
            async with asyncio.timeout(min(_ROOT_S, look.left_s())):
                honest = await _knows_the_root(self.nameservers())
        except TimeoutError:
            return False
        self._honest = (monotonic_s(), honest)
        return honest

    async def _in_thread(self, lookup: Callable[[], Any]) -> Any:
        if self._hanging >= _LOOKUPS:
            raise Unresolved(Blame.RESOLVER, f"the resolver holds up {self._hanging} other lookups")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()

        def settle(result: Any, error: Exception | None) -> None:
            self._hanging -= 1
            if future.done():
                return
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)

        def work() -> None:
            result, error = None, None
            try:
                result = lookup()
            except (OSError, UnicodeError) as caught:
                error = caught
            with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
                loop.call_soon_threadsafe(settle, result, error)

        self._hanging += 1
        threading.Thread(target=work, name="lookup", daemon=True).start()
        return await future


def system_nameservers() -> Sequence[Nameserver]:
    """The servers that this machine asks, by address and port; none when it has none."""
    try:
        return [(str(server), 53) for server in dns.resolver.Resolver().nameservers]
    except (dns.resolver.NoResolverConfiguration, OSError):
        return []


async def _knows_the_root(servers: Sequence[Nameserver]) -> bool:
    question = dns.message.make_query(".", dns.rdatatype.NS)
    for server, port in servers[:2]:
        try:
            answer = await dns.asyncquery.udp(question, server, port=port, timeout=_ROOT_S / 2, ignore_unexpected=True)
        except (dns.exception.DNSException, OSError):
            continue
        if answer.rcode() == dns.rcode.NOERROR and answer.answer:
            return True
    return False


def _literal(host: str, port: int) -> Endpoint | None:
    try:
        version = ip_address(host.partition("%")[0]).version
    except ValueError:
        return None
    if version == 4:
        return Endpoint(socket.AF_INET, (host, port), literal=True)
    return Endpoint(socket.AF_INET6, (host, port, 0, 0), literal=True)


def _family(source_address: str | None) -> socket.AddressFamily:
    if source_address is None:
        return socket.AF_UNSPEC
    return socket.AF_INET6 if ":" in source_address else socket.AF_INET
