"""Looks per core-second of the kinds tcp, tls, dns and icmp: from parsed check to outcome, over loopback.

Run by hand, `python -m tests.benchmarks.kinds --help` says how (`--kind`, `--looks`, `--profile`). Servers run in a
process of their own: nginx for tcp and tls (a full, verified handshake each), one small UDP loop that answers each DNS
question. Echo requests go to many addresses of this machine. Only the CPU time of the looking process counts.
"""

import argparse
import asyncio
import cProfile
import json
import multiprocessing
import pstats
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dns.message
import dns.rrset
import uvloop

from tests.benchmarks.probes import nginx
from worker.guard import Guard
from worker.probes.icmp import available
from worker.probes.look import ParsedCheck, Vantage, look_once, parse_spec

ROUNDS = 3
ADDRESSES = 200
PROMISED = {"tcp": 3000, "tls": 1000, "dns": 3000, "icmp": 3000}


def answer_questions(sock: socket.socket) -> None:
    """Answer every question about well.test in the same way."""
    question = dns.message.make_query("well.test", "A")
    response = dns.message.make_response(question)
    response.answer.append(dns.rrset.from_text("well.test.", 60, "IN", "A", "192.0.2.1", "192.0.2.2"))
    wire = response.to_wire()[2:]
    while True:
        data, peer = sock.recvfrom(4096)
        sock.sendto(data[:2] + wire, peer)


@contextmanager
def name_server() -> Iterator[int]:
    """A DNS server in a process of its own; yields its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        server = multiprocessing.get_context("fork").Process(target=answer_questions, args=(sock,), daemon=True)
        server.start()
        try:
            yield sock.getsockname()[1]
        finally:
            server.terminate()
            server.join(10)


@contextmanager
def stage(kind: str) -> Iterator[tuple[list[dict[str, Any]], str | None]]:
    """Parameters of the checks to look at in turn, and the file of the authority."""
    if kind in ("tcp", "tls"):
        with nginx(kind == "tls") as (port, ca_file):
            yield [{"host": "127.0.0.1", "port": port}], ca_file
    elif kind == "dns":
        with name_server() as port:
            yield [{"name": "well.test", "server": "127.0.0.1", "port": port, "answers": ["192.0.2.2"]}], None
    else:
        yield [{"host": f"127.0.1.{n + 1}", "count": 1} for n in range(ADDRESSES)], None


async def looked(checks: list[ParsedCheck], vantage: Vantage, looks: int, concurrency: int) -> tuple[float, float]:
    """Microseconds of CPU per look, and looks per second of wall time."""
    left = looks

    async def keep_going() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            outcome = await asyncio.create_task(look_once(checks[left % len(checks)], vantage))
            assert outcome.ok, outcome

    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(keep_going() for _ in range(concurrency)))
    return (time.process_time() - cpu) / looks * 1e6, looks / (time.perf_counter() - wall)


async def measure(kind: str, params: list[dict[str, Any]], ca_file: str | None, options: argparse.Namespace) -> None:
    """Print the figures of a few rounds."""
    vantage = Vantage(guard=Guard(["127.0.0.0/8"]), ca_file=ca_file)
    checks = [
        parse_spec(json.dumps({"id": f"b{n}", "kind": kind, "interval_ms": 1000, "timeout_ms": 5000, "params": one}))
        for n, one in enumerate(params)
    ]
    for _ in range(ROUNDS):
        cpu, rate = await looked(checks, vantage, options.looks, options.concurrency)
        kept = "kept" if 1e6 / cpu >= PROMISED[kind] else "NOT KEPT"
        figures = f"{cpu:6.1f} us CPU a look, {1e6 / cpu:6.0f} looks per core-second, {rate:6.0f}/s wall"
        print(f"{kind:5} {figures}; promise of {PROMISED[kind]} {kept}")
    if options.profile:
        profile = cProfile.Profile()
        profile.enable()
        await looked(checks, vantage, options.looks, options.concurrency)
        profile.disable()
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)
    await vantage.close()


def main() -> None:
    """Read the options, and measure one kind after the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kind", choices=PROMISED, action="append")
    parser.add_argument("--looks", type=int, default=10_000)
    parser.add_argument("--concurrency", type=int, default=100)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    for kind in options.kind or PROMISED:
        if kind == "icmp" and (obstacle := available()) is not None:
            print(f"icmp  not measured: {obstacle}")
            continue
        with stage(kind) as (params, ca_file):
            uvloop.run(measure(kind, params, ca_file, options))
    print(f"memory at the end: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
