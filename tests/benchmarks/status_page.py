"""What a status page costs beside a route that gives out the same bytes and does nothing else, in
one run; and how often it is asked for behind nginx.

Run by hand: `python -m tests.benchmarks.status_page [--seconds 8] [--clients 20]`. Two processes on
uvicorn, the API and an app of one route; this one asks each in turn. CPU is what each process used.
"""

import argparse
import asyncio
import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path

import httpx

from api.supervisor.claim import free_port
from coordinator.store import open_store
from tests.api.proxy import nginx
from tests.api.web import story
from tests.benchmarks.api import serve
from worker.contract.clock import now

PAGE = {"id": "ai", "title": "AI", "services": ["claude", "openai", "gemini", "shop"]}
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
CACHED = (
    "keepalive_requests 1000000; location / { proxy_pass %s; proxy_cache s; proxy_cache_lock on;"
)
CACHED += " proxy_cache_background_update on; proxy_cache_use_stale updating error; }"


def bare(port: int, body: bytes) -> None:
    """An app of one route."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    async def page(_: Request) -> Response:
        return Response(body, media_type="text/html")

    app = Starlette(routes=[Route("/status/ai", page)])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


def cpu_s(process: multiprocessing.Process) -> float:
    """What it used so far."""
    told = Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(told[11]) + int(told[12])) * TICK_S


async def asked(port: int, seconds: float, clients: int) -> int:
    """How many answers so many clients got, each over one connection."""
    until, number = time.monotonic() + seconds, 0

    async def client() -> None:
        nonlocal number
        while time.monotonic() < until:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            number += await over(reader, writer, until)

    await asyncio.gather(*(client() for _ in range(clients)))
    return number


REQUEST = b"GET /status/ai HTTP/1.1\r\nhost: localhost\r\n\r\n"
MOST = 900
"""Answers over one connection: nginx ends it after a thousand."""


async def over(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, until: float) -> int:
    """How many answers came over this connection."""
    number = 0
    while time.monotonic() < until and number < MOST:
        writer.write(REQUEST)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert b" 200 ok" in head, head
        await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))
        number += 1
    writer.close()
    return number


async def fill(url: str) -> None:
    async with open_store(url) as store:
        at = now()
        await story.fill(store, at)
        document = {**story.configuration(), "status_pages": [PAGE]}
        await store.configurations.save(document, at)


def page_of(port: int) -> bytes:
    deadline = time.monotonic() + 60
    while True:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/status/ai", timeout=30).content
        except httpx.HTTPError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def counted(port: int) -> float:
    """How often the API was asked for the page."""
    lines = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text.splitlines()
    told = [one for one in lines if 'route="/status/{id}"' in one and "requests_total" in one]
    return sum(float(one.rpartition(" ")[2]) for one in told)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--clients", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite://{folder}/outscope.db"
        asyncio.run(fill(url))
        ports = {"page": free_port(), "bare": free_port()}
        api = multiprocessing.Process(target=serve, args=(url, ports["page"]))
        api.start()
        body = page_of(ports["page"])
        peer = multiprocessing.Process(target=bare, args=(ports["bare"], body))
        peer.start()
        page_of(ports["bare"])
        print(f"{len(body)} bytes, {options.clients} clients, {options.seconds:g} s each, twice")
        for name, process in [("bare", peer), ("page", api)] * 2:
            before = cpu_s(process)
            number = asyncio.run(asked(ports[name], options.seconds, options.clients))
            used = cpu_s(process) - before
            print(
                f"{name}: {number / options.seconds:.0f} requests/s,"
                f" {used / number * 1e6:.0f} us of CPU a request"
            )
        outside = f"proxy_cache_path {folder}/cache keys_zone=s:1m;"
        server = CACHED % f"http://127.0.0.1:{ports['page']}"
        before, began, port = counted(ports["page"]), time.monotonic(), free_port()
        with nginx(Path(folder) / "nginx", port, server, outside):
            number = asyncio.run(asked(port, options.seconds * 3, options.clients))
        lasted = time.monotonic() - began
        print(
            f"behind nginx: {number / lasted:.0f} requests/s ({number / lasted * 60:.0f} a minute),"
            f" {number} answered of which {counted(ports['page']) - before:.0f} asked the API"
        )
        for process in (api, peer):
            process.terminate()
            process.join()
    return 0


if __name__ == "__main__":
    sys.exit(main())
