"""CPU of one http look: engine, look_once and Outcome together, over loopback with a fresh
connection per look.

Run by hand, `python -m tests.benchmarks.probes --help` says how (`--host`, `--https`,
`--concurrency`, `--profile`). It starts a web server of its own on a free port and prints
microseconds of CPU per look, the looks per second, and the ratio to the bare minimum: the same
transfers in libcurl's own loop, without Python in between.
"""

import argparse
import json
import time

import pycurl
import uvloop

from api.cli.bench.local import local_servers
from tests.benchmarks.kinds import looked, profiled
from worker.probes.run import Vantage, parse_spec
from worker.targets.guard import Guard

ROUNDS = 3


def bare(url: str, ca_file: str, looks: int, concurrency: int) -> float:
    """Microseconds of CPU per transfer in libcurl's own loop."""
    multi = pycurl.CurlMulti()
    for _ in range(concurrency):
        easy = pycurl.Curl()
        for option, value in (
            (pycurl.URL, url),
            (pycurl.NOSIGNAL, 1),
            (pycurl.FORBID_REUSE, 1),
            (pycurl.PROXY, ""),
        ):
            easy.setopt(option, value)
        easy.setopt(pycurl.WRITEFUNCTION, lambda _chunk: None)
        easy.setopt(pycurl.CAINFO, ca_file)
        easy.setopt(pycurl.SSL_SESSIONID_CACHE, 0)
        multi.add_handle(easy)
    done, began = 0, time.process_time()
    while done < looks:
        multi.perform()
        _, well, badly = multi.info_read()
        assert not badly, badly
        for easy in well:
            done += 1
            multi.remove_handle(easy)
            multi.add_handle(easy)
        multi.select(0.1)
    return (time.process_time() - began) / looks * 1e6


async def measure(url: str, ca_file: str, options: argparse.Namespace) -> None:
    """Print the figures of a few rounds, each with the bare minimum beside it: the machine's speed
    drifts.
    """
    vantage = Vantage(guard=Guard(["127.0.0.0/8"]), ca_file=ca_file)
    spec = {
        "id": "bench",
        "kind": "http",
        "interval_ms": 1000,
        "timeout_ms": 5000,
        "params": {"url": url},
    }
    parsed = parse_spec(json.dumps(spec))
    for _ in range(ROUNDS):
        minimum = bare(url, ca_file, options.looks // 2, options.concurrency)
        cpu, rate = await looked([parsed], vantage, options.looks, options.concurrency)
        print(
            f"{cpu:6.1f} us CPU a look, {rate:6.0f} looks/s; bare libcurl {minimum:5.1f} us, ratio"
            f" {cpu / minimum:.2f}"
        )
    if options.profile:
        await profiled(looked([parsed], vantage, options.looks, options.concurrency))
    await vantage.close()


def main() -> None:
    """Read the options, start the server, measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--looks", type=int, default=20_000)
    parser.add_argument("--concurrency", type=int, default=100)
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="localhost goes through the resolver and the socket guard",
    )
    parser.add_argument("--https", action="store_true")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    with local_servers() as local:
        scheme, port = ("https", local.https) if options.https else ("http", local.http)
        uvloop.run(measure(f"{scheme}://{options.host}:{port}/", local.ca_file, options))


if __name__ == "__main__":
    main()
