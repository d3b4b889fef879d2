"""CPU of one http look: engine, look_once and Outcome together, over loopback with a fresh connection per look.

Run by hand, `python -m tests.benchmarks.probes --help` says how (`--host`, `--https`, `--concurrency`, `--profile`).
It starts an nginx of its own on a free port and prints microseconds of CPU per look, the looks per second, and the
ratio to the bare minimum: the same transfers in libcurl's own loop, without Python in between.
"""

import argparse
import asyncio
import cProfile
import json
import pstats
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pycurl
import trustme
import uvloop

from worker.guard import Guard
from worker.probes.look import ParsedCheck, Vantage, look_once, parse_spec

ROUNDS = 3
NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  ssl_certificate {folder}/chain.pem; ssl_certificate_key {folder}/chain.pem; ssl_protocols TLSv1.3;
  server {{ listen 127.0.0.1:{port} backlog=4096{tls}; location / {{ return 200 "well\\n"; }} }}
}}
"""


@contextmanager
def nginx(tls: bool) -> Iterator[tuple[int, str]]:
    """A web server in a process of its own; yields its port and the file of its authority."""
    binary = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if binary is None:
        raise SystemExit("this benchmark needs nginx")
    with tempfile.TemporaryDirectory() as folder:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        configuration = Path(folder) / "nginx.conf"
        configuration.write_text(NGINX.format(folder=folder, port=port, tls=" ssl" if tls else ""))
        authority = trustme.CA()
        authority.cert_pem.write_to_path(f"{folder}/authority.pem")
        authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(
            f"{folder}/chain.pem"
        )
        server = subprocess.Popen([binary, "-c", str(configuration), "-p", folder], stderr=subprocess.DEVNULL)
        try:
            _wait_for(port)
            yield port, f"{folder}/authority.pem"
        finally:
            server.terminate()
            server.wait(10)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise SystemExit("nginx did not start")


def bare(url: str, ca_file: str, looks: int, concurrency: int) -> float:
    """Microseconds of CPU per transfer in libcurl's own loop."""
    multi = pycurl.CurlMulti()
    for _ in range(concurrency):
        easy = pycurl.Curl()
        for option, value in ((pycurl.URL, url), (pycurl.NOSIGNAL, 1), (pycurl.FORBID_REUSE, 1), (pycurl.PROXY, "")):
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


async def looked(parsed: ParsedCheck, vantage: Vantage, looks: int, concurrency: int) -> tuple[float, float]:
    """Microseconds of CPU per look, and looks per second of wall time; one task per look, as the agent makes them."""
    left = looks

    async def keep_going() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            outcome = await asyncio.create_task(look_once(parsed, vantage))
            assert outcome.ok, outcome

    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(keep_going() for _ in range(concurrency)))
    return (time.process_time() - cpu) / looks * 1e6, looks / (time.perf_counter() - wall)


async def measure(url: str, ca_file: str, options: argparse.Namespace) -> None:
    """Print the figures of a few rounds, each with the bare minimum beside it: the machine's speed drifts."""
    vantage = Vantage(guard=Guard(["127.0.0.0/8"]), ca_file=ca_file)
    spec = {"id": "bench", "kind": "http", "interval_ms": 1000, "timeout_ms": 5000, "params": {"url": url}}
    parsed = parse_spec(json.dumps(spec))
    for _ in range(ROUNDS):
        minimum = bare(url, ca_file, options.looks // 2, options.concurrency)
        cpu, rate = await looked(parsed, vantage, options.looks, options.concurrency)
        print(
            f"{cpu:6.1f} us CPU a look, {rate:6.0f} looks/s; bare libcurl {minimum:5.1f} us, ratio {cpu / minimum:.2f}"
        )
    if options.profile:
        profile = cProfile.Profile()
        profile.enable()
        await looked(parsed, vantage, options.looks, options.concurrency)
        profile.disable()
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)
    await vantage.close()


def main() -> None:
    """Read the options, start the server, measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--looks", type=int, default=20_000)
    parser.add_argument("--concurrency", type=int, default=100)
    parser.add_argument("--host", default="127.0.0.1", help="localhost goes through the resolver and the socket guard")
    parser.add_argument("--https", action="store_true")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    scheme = "https" if options.https else "http"
    with nginx(options.https) as (port, ca_file):
        uvloop.run(measure(f"{scheme}://{options.host}:{port}/", ca_file, options))


if __name__ == "__main__":
    main()
