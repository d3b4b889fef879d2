"""How safe the broker is from those who may reach it: who comes in, what may be evicted, how much
room there is, and whose keys lie there.
"""

from collections.abc import Collection, Iterator
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from redis.exceptions import NoPermissionError, RedisError, ResponseError

from coordinator.doctor.finding import Finding, failure, ok, warning
from coordinator.messaging.guard import owner
from coordinator.messaging.link import Link

FULL: Final = 0.8
MOST_KEYS: Final = 20_000
"""Keys that are looked at."""
ANNOUNCED: Final = 32 << 20
"""Bytes of one text that no program of ours sends."""
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


def look_at_broker_safety(url: str, regions: Collection[str]) -> Iterator[Finding]:
    """Findings about a Redis or Valkey server that takes the credential of a URL."""
    yield _open(url)
    try:
        with Link(url) as link:
            yield from _memory(_told(link))
            yield _keys(link, regions)
        with Link(url) as link:
            yield _databases(link)
            yield _announced(link)
    except NoPermissionError as error:
        todo = "renew its access list: outscope broker acl"
        yield failure("broker rights", f"the coordinator may not do its work: {error}", todo)
    except (RedisError, OSError) as error:
        yield failure("broker rights", f"it went away: {error}", "see whether the broker runs")


def _open(url: str) -> Finding:
    """Whether somebody comes in without a name."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    try:
        with Link(urlunsplit(parts._replace(netloc=host))) as link:
            link.one("PING")
    except (RedisError, OSError):
        return ok("broker users", "nobody comes in without a name and password")
    said = "anybody who reaches it comes in as user `default`, without a password"
    todo = "give it an access list, which switches `default` off: outscope broker acl"
    if parts.hostname in _LOOPBACK:
        return warning("broker users", f"{said}; it listens on this machine", todo)
    return failure("broker users", said, todo)


def _told(link: Link) -> dict[str, str]:
    lines = bytes(link.one("INFO", "memory")).decode(errors="replace").splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


def _memory(told: dict[str, str]) -> Iterator[Finding]:
    policy = told.get("maxmemory_policy", "")
    limit, used = int(told.get("maxmemory", 0)), int(told.get("used_memory", 0))
    if policy != "noeviction":
        said = f"maxmemory-policy is {policy}: reports and orders that wait may be evicted"
        yield failure("broker policy", said, "set it: maxmemory-policy noeviction")
    else:
        yield ok("broker policy", "what waits is never evicted")
    yield _room(limit, used)


def _room(limit: int, used: int) -> Finding:
    if not limit:
        said = f"{used / 1e6:,.0f} MB are used, and there is no limit: a flood takes all memory"
        return warning("broker memory", said, "set one: maxmemory 512mb")
    said = f"{used / 1e6:,.0f} MB of {limit / 1e6:,.0f} MB are used"
    if used > FULL * limit:
        todo = "raise maxmemory, and see which region fills it: outscope status"
        return failure("broker memory", said, todo)
    return ok("broker memory", said)


def _keys(link: Link, regions: Collection[str]) -> Finding:
    cursor, seen, strays = 0, 0, set[str]()
    while True:
        told, keys = link.one("SCAN", cursor, "COUNT", 1_000)
        cursor, seen = int(told), seen + len(keys)
        strays |= {
            bytes(key)[:80].decode(errors="replace")
            for key in keys
            if (region := owner(bytes(key))) is not None and region not in regions
        }
        if not cursor or seen >= MOST_KEYS:
            break
    if not strays:
        return ok("broker keys", f"{seen} keys, each of a region that is configured")
    shown = ", ".join(sorted(strays)[:3])
    said = f"{len(strays)} of {seen} keys belong to no region that is configured, such as {shown}"
    return failure("broker keys", said, "delete them, and the users of regions that are gone")


def _databases(link: Link) -> Finding:
    """Whether there is room where nobody looks."""
    try:
        link.one("SELECT", link.database + 1)
    except ResponseError:
        return ok("broker databases", "nobody is let into another one than that of the URL")
    said = (
        "who is let in may fill other numbered databases, and only that of the URL is looked after"
    )
    return warning("broker databases", said, "renew its access list: outscope broker acl")


def _announced(link: Link) -> Finding:
    """Whether room is made for whatever length a command announces."""
    if not link.makes_room(ANNOUNCED):
        return ok("broker commands", "one that announces too much is refused")
    said = "the server makes room for whatever length a command announces: one fills its memory"
    todo = (
        "set them: proto-max-bulk-len 16mb, client-query-buffer-limit 16mb, maxmemory-clients 64mb"
    )
    return warning("broker commands", said, todo)
