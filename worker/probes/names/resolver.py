"""Names to addresses as this machine resolves them, and who is to blame when that fails.

`getaddrinfo` is what every program here uses, hosts file included, so it is what we look with.
"""

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from typing import Any, Final, Protocol

from worker.contract.clock import monotonic_s
from worker.contract.outcome import Blame
from worker.contract.target import ascii_host
from worker.probes.names.lookups import Lookups
from worker.probes.names.nameservers import Nameserver, knows_the_root, system_nameservers
from worker.probes.parameters.place import IpVersion

_MISSING: Final = frozenset({socket.EAI_NONAME, socket.EAI_NODATA, socket.EAI_ADDRFAMILY})
_TRUST_S: Final = 10.0
_ROOT_S: Final = 1.0


class Patience(Protocol):
    """How long an answer is waited for, of a look that began some time ago."""

    @property
    def timeout_ms(self) -> int:
        """The whole time of the look."""
        ...

    def left_s(self) -> float:
        """Seconds that are left of it, never below zero."""
        ...


class Unresolved(Exception):  # noqa: N818 - it is the answer "no", not an error of ours
    """No address for a name: the sentence, and who is to blame."""

    def __init__(self, blame: Blame, sentence: str) -> None:
        super().__init__(sentence)
        self.blame = blame


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address to connect to, as sockets want it."""

    family: socket.AddressFamily
    address: Any

    @property
    def ip(self) -> str:
        """The address without its port."""
        return str(self.address[0])


@dataclass(frozen=True, slots=True)
class Found:
    """Where a host is: at least one endpoint, in the system's order. No `dns_ms`: it was an address
    already.
    """

    endpoints: list[Endpoint]
    dns_ms: float | None = None


class Resolver:
    """The machine's resolver, and what is known of its honesty."""

    def __init__(
        self,
        lookup: Callable[..., Any] = socket.getaddrinfo,
        nameservers: Callable[[], Sequence[Nameserver]] | None = None,
    ) -> None:
        self.nameservers = nameservers or system_nameservers
        self._lookup = lookup
        self._lookups = Lookups()
        self._honest: tuple[float, bool] | None = None

    def close(self) -> None:
        """Let idle threads end."""
        self._lookups.close()

    async def find(
        self,
        host: str,
        port: int,
        patience: Patience,
        ip_version: IpVersion = "any",
        source_address: str | None = None,
    ) -> Found:
        """Where the host is, as far as `source_address` can reach it; Unresolved says why nobody
        knows.
        """
        address = literal(host, port)
        if address is not None:
            if _family(None, ip_version) not in (socket.AF_UNSPEC, address.family):
                raise Unresolved(Blame.PROBER, f"{host} is no IPv{ip_version} address")
            return Found([address])
        family = _family(source_address, ip_version)
        try:
            name = host if host.isascii() else ascii_host(host)  # Python's own way is IDNA 2003
            async with asyncio.timeout(patience.left_s()):
                found, took_s = await self._in_thread(
                    lambda: self._lookup(name, port, family, socket.SOCK_STREAM)
                )
        except TimeoutError:
            raise Unresolved(
                Blame.RESOLVER, f"{host} was not resolved within {patience.timeout_ms} ms"
            ) from None
        except socket.gaierror as error:
            if error.errno in _MISSING:
                raise await self._missing(host, patience) from error
            raise Unresolved(
                Blame.RESOLVER, f"the resolver could not look up {host}: {error.strerror}"
            ) from error
        except UnicodeError as error:
            raise Unresolved(Blame.PROBER, f"{host!r} is not a host name") from error
        return Found(
            [Endpoint(family, address) for family, _, _, _, address in found],
            round(took_s * 1000, 3),
        )

    async def _missing(self, host: str, patience: Patience) -> Unresolved:
        """A resolver without a way out may deny every name; only one that knows the root is
        believed.
        """
        if await self.is_honest(patience):
            return Unresolved(Blame.TARGET, f"the name {host} does not exist")
        return Unresolved(
            Blame.RESOLVER,
            f"the resolver denies {host}, but does not know the root of the DNS either",
        )

    async def is_honest(self, patience: Patience) -> bool:
        """Whether the machine's resolver knows the root of the DNS; asked at most every ten
        seconds.
        """
        if self._honest is not None and monotonic_s() - self._honest[0] < _TRUST_S:
            return self._honest[1]
        try:
            async with asyncio.timeout(min(_ROOT_S, patience.left_s())):
                honest = await knows_the_root(self.nameservers())
        except TimeoutError:
            return False
        self._honest = (monotonic_s(), honest)
        return honest

    async def _in_thread(self, lookup: Callable[[], Any]) -> tuple[Any, float]:
        if self._lookups.busy():
            raise Unresolved(Blame.RESOLVER, "the resolver holds up too many other lookups")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[tuple[Any, float]] = loop.create_future()

        def work() -> None:
            began_s = monotonic_s()
            try:
                settle = partial(_set_result, future, (lookup(), monotonic_s() - began_s))
            except (OSError, UnicodeError) as error:
                settle = partial(_set_exception, future, error)
            with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
                loop.call_soon_threadsafe(settle)

        self._lookups.run(work)
        return await future


def _set_result(future: "asyncio.Future[Any]", result: Any) -> None:
    if not future.done():
        future.set_result(result)


def _set_exception(future: "asyncio.Future[Any]", error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


def literal(host: str, port: int) -> Endpoint | None:
    """The endpoint that a host which is an address means; None for a name."""
    try:
        version = ip_address(host.partition("%")[0]).version
    except ValueError:
        return None
    if version == 4:
        return Endpoint(socket.AF_INET, (host, port))
    return Endpoint(socket.AF_INET6, (host, port, 0, 0))


def _family(source_address: str | None, ip_version: IpVersion) -> socket.AddressFamily:
    if ip_version == "any" and source_address is not None:
        ip_version = "6" if ":" in source_address else "4"
    return {"any": socket.AF_UNSPEC, "4": socket.AF_INET, "6": socket.AF_INET6}[ip_version]
