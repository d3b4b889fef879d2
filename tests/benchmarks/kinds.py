"""Looks per core-second of the kinds tcp, tls, dns and icmp: from parsed check to outcome, over
loopback.

Run by hand, `python -m tests.benchmarks.kinds --help` says how (`--kind`, `--looks`, `--profile`).
Servers run in processes of their own, nginx where it is installed; a tls look is a full, verified
handshake. Echo requests go to many addresses of this machine. Only the CPU time of the looking
process counts.
"""

import argparse
import asyncio
import cProfile
import json
import pstats
import time
from collections.abc import Awaitable
from typing import Any

import uvloop

from api.cli.bench.local import Local, local_servers
from worker.probes.kinds.icmp import available
from worker.probes.run import ParsedCheck, Vantage, look_once, parse_spec
from worker.targets.guard import Guard

ROUNDS = 3
ADDRESSES = 200
PROMISED = {"tcp": 3000, "tls": 1000, "dns": 3000, "icmp": 3000}


def params_of(kind: str, local: Local) -> list[dict[str, Any]]:
    """Parameters of the checks to look at in turn."""
    if kind == "icmp":
        return [{"host": f"127.0.1.{n + 1}", "count": 1} for n in range(ADDRESSES)]
    return [
        {
            "tcp": {"host": "127.0.0.1", "port": local.http},
            "tls": {"host": "127.0.0.1", "port": local.https},
            "dns": {"name": "bench.example", "server": "127.0.0.1", "port": local.dns},
        }[kind]
    ]


async def looked(
    checks: list[ParsedCheck], vantage: Vantage, looks: int, concurrency: int
) -> tuple[float, float]:
    """Microseconds of CPU per look, and looks per second of wall time; one task per look, as the
    agent makes them.
    """
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


async def profiled(looking: Awaitable[object]) -> None:
    """Do it under a profile, and print where its time went."""
    profile = cProfile.Profile()
    profile.enable()
    await looking
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(25)


async def measure(
    kind: str, params: list[dict[str, Any]], ca_file: str, options: argparse.Namespace
) -> None:
    """Print the figures of a few rounds."""
    vantage = Vantage(guard=Guard(["127.0.0.0/8"]), ca_file=ca_file)
    checks = [
        parse_spec(
            json.dumps(
                {
                    "id": f"b{n}",
                    "kind": kind,
                    "interval_ms": 1000,
                    "timeout_ms": 5000,
                    "params": one,
                }
            )
        )
        for n, one in enumerate(params)
    ]
    for _ in range(ROUNDS):
        cpu, rate = await looked(checks, vantage, options.looks, options.concurrency)
        kept = "kept" if 1e6 / cpu >= PROMISED[kind] else "NOT KEPT"
        figures = (
            f"{cpu:6.1f} us CPU a look, {1e6 / cpu:6.0f} looks per core-second, {rate:6.0f}/s wall"
        )
        print(f"{kind:5} {figures}; promise of {PROMISED[kind]} {kept}")
    if options.profile:
        await profiled(looked(checks, vantage, options.looks, options.concurrency))
    await vantage.close()


def main() -> None:
    """Read the options, and measure one kind after the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kind", choices=PROMISED, action="append")
    parser.add_argument("--looks", type=int, default=10_000)
    parser.add_argument("--concurrency", type=int, default=100)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    with local_servers() as local:
        for kind in options.kind or PROMISED:
            if kind == "icmp" and (obstacle := available()) is not None:
                print(f"icmp  not measured: {obstacle}")
                continue
            uvloop.run(measure(kind, params_of(kind, local), local.ca_file, options))


if __name__ == "__main__":
    main()
