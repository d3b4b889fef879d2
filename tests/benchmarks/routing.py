"""What following the advice saves a LiteLLM through an outage, against its own cooldown alone.

Run by hand: `python -m tests.benchmarks.routing [--seconds 60] [--told-after 20] [--rate 5]`. Two
vendors in one group, the first being preferred. It fails for the whole time: at once, or after
three seconds as overloaded vendors do. The same requests are sent to a router with LiteLLM's
defaults and to one that also follows a real API, whose verdict says so `--told-after` seconds into
the outage. Each in a process of its own. Prints how many attempts went to the vendor that is down,
and what requests took above what a healthy vendor takes.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from api.supervisor.claim import free_port
from coordinator.store import Store, open_store
from tests.api import seeds
from tests.api.process import ApiProcess
from tests.faults.vendors import Vendor
from worker.contract.clock import now

ANSWERS_IN_S = 0.1
MODES = {"errors at once": 0.0, "errors after 3 s": 3.0}
WARM_REQUESTS = 20
ALONE, FOLLOWING = "LiteLLM's cooldown alone", "following the advice"


async def drive(url: str, hang_s: float, seconds: float, rate: float) -> dict[str, Any]:
    """Send requests at a steady rate through an outage; what became of them."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import litellm
    from litellm import Router

    from api.client.routing.litellm_router import OutscopeRouting
    from tests.api.client.routing.gateway import ASK, TARGETS, deployments

    vendors = [Vendor(name, ANSWERS_IN_S) for name in TARGETS]
    litellm.callbacks = [OutscopeRouting(url)] if url else []
    router = Router(model_list=deployments(vendors))
    took: list[float] = []
    failed = 0

    async def ask() -> None:
        nonlocal failed
        begun = time.perf_counter()
        try:
            await router.acompletion(model="chat", messages=ASK)
        except Exception:
            failed += 1
        took.append((time.perf_counter() - begun) * 1000)

    for _ in range(WARM_REQUESTS):
        await ask()
    usual_ms = statistics.median(took)
    took.clear()
    first = vendors[0]
    first.down, first.hang_s, first.asked = True, hang_s, 0
    print("down", flush=True)
    begin = time.monotonic()
    tasks = []
    for number in range(round(seconds * rate)):
        await asyncio.sleep(max(0.0, begin + number / rate - time.monotonic()))
        tasks.append(asyncio.create_task(ask()))
    await asyncio.gather(*tasks)
    worst = sorted(took)
    return {
        "requests": len(took),
        "failed": failed,
        "in_vain": first.asked,
        "lost_ms": sum(max(0.0, one - usual_ms) for one in took),
        "p95_ms": worst[int(len(worst) * 0.95)],
        "p99_ms": worst[int(len(worst) * 0.99)],
    }


async def judge(store: Store, down: bool) -> None:
    """Write what the coordinator would."""
    parts = list(seeds.SERVICES["claude"][1])
    reach = ("system_wide", "outage", list(seeds.REGIONS), parts) if down else ()
    verdict = seeds.verdict("claude", now(), *reach)
    for one in verdict["evidence"]["disruptions"]:
        one["severity"] = "outage"
    await seeds.judged(store, now(), verdict, seeds.verdict("openai", now()))


async def run(args: argparse.Namespace, hang_s: float, follows: bool) -> dict[str, Any]:
    """One variant in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        database, port = f"sqlite://{folder}/outscope.db", free_port("127.0.0.1")
        async with open_store(database) as store:
            await store.configurations.save(seeds.configuration(), now())
            await judge(store, False)
            api = ApiProcess(database, port, Path(folder) / "api.log")
            try:
                return await watched(args, hang_s, f"http://127.0.0.1:{port}" * follows, store)
            finally:
                api.stop()


async def watched(
    args: argparse.Namespace, hang_s: float, url: str, store: Store
) -> dict[str, Any]:
    """Start the process that sends requests, and judge until it ends."""
    told = ["--url", url, "--hang", str(hang_s), "--seconds", str(args.seconds)]
    command = ["-m", "tests.benchmarks.routing", "--child", *told, "--rate", str(args.rate)]
    child = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    judging = asyncio.create_task(judged(store, None))
    async for line in child.stdout:
        judging.cancel()
        if line.strip() == b"down":
            judging = asyncio.create_task(judged(store, args.told_after))
    await child.wait()
    judging.cancel()
    found: dict[str, Any] = json.loads(line)
    return found


async def judged(store: Store, told_after_s: float | None) -> None:
    """Judge each second; that it is down from so many seconds on."""
    begun = time.monotonic()
    while True:
        await judge(store, told_after_s is not None and time.monotonic() - begun >= told_after_s)
        await asyncio.sleep(1)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--told-after", type=float, default=20)
    parser.add_argument("--rate", type=float, default=5)
    for hidden in ("--url", "--hang", "--child"):
        parser.add_argument(
            hidden,
            **({"action": "store_true"} if hidden == "--child" else {"default": ""}),
            help=argparse.SUPPRESS,
        )
    args = parser.parse_args()
    if args.child:
        print(json.dumps(asyncio.run(drive(args.url, float(args.hang), args.seconds, args.rate))))
        return
    print(
        f"an outage of {args.seconds:g} s, {args.rate:g} requests a second,"
        f" told {args.told_after:g} s after it began\n"
    )
    print("| the vendor | router | requests | failed | asked in vain | lost, s | p95 ms | p99 ms |")
    print("|---|---|---|---|---|---|---|---|")
    for mode, hang_s in MODES.items():
        for name, follows in ((ALONE, False), (FOLLOWING, True)):
            one = asyncio.run(run(args, hang_s, follows))
            print(
                f"| {mode} | {name} | {one['requests']} | {one['failed']} | {one['in_vain']} |"
                f" {one['lost_ms'] / 1000:.1f} | {one['p95_ms']:.0f} | {one['p99_ms']:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
