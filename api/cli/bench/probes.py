"""`outscope bench probes`: how many looks a second this machine makes, at what cost, and how truly
it times them.
"""

import json
import subprocess
import sys
from contextlib import ExitStack
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlsplit

import typer

from api.cli.terminal.outside import say
from worker.probes.http.redirect import shown

if TYPE_CHECKING:
    from api.cli.bench.local import Local

_LOOPBACK: Final = ("127.0.0.0/8", "::1/128")
_MEASURED: Final = ("http", "tcp", "tls", "dns", "icmp")
_SETTLING_S: Final = 60.0


def probes(
    kind: Annotated[str, typer.Option(help=f"Kind of check: {', '.join(_MEASURED)}.")] = "http",
    tls: Annotated[bool, typer.Option("--tls", help="HTTPS instead of HTTP.")] = False,
    url: Annotated[
        str | None,
        typer.Option(
            help="Look at this instead of a local server; written as for `outscope probe`."
        ),
    ] = None,
    seconds: Annotated[float, typer.Option(help="Seconds to look for.", min=0.1, max=600)] = 10,
    concurrency: Annotated[
        int, typer.Option(help="Looks in flight at once.", min=1, max=2000)
    ] = 100,
    consent: Annotated[
        bool,
        typer.Option("--consent", help="I may put this load on URL, which is not on this machine."),
    ] = False,
    allow: Annotated[
        str,
        typer.Option(
            help="Networks that are not public and may be probed, comma-separated.",
            envvar="OUTSCOPE_ALLOW_ADDRESSES",
            metavar="CIDR",
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure this machine: looks a second, CPU and memory, and how far its times are from the
    truth.

    Every look makes a fresh connection and a full result row. The server is a process of its own on
    the loopback (nginx when it is installed), unless URL names another. Leave a core free for it,
    or it is measured too.
    """
    networks = tuple(part.strip() for part in allow.split(",") if part.strip())
    limits = {"seconds": seconds, "concurrency": concurrency}
    with ExitStack() as stack:
        if url is not None:
            job, server = _remote_job(url, kind, networks, consent=consent), shown(url)
        else:
            from api.cli.bench.local import local_servers

            local = stack.enter_context(local_servers())
            job, server = local_job(local, kind, tls=tls), local.server
        figures = measured({**job, **limits})
    if figures["looks"] == figures["failed"]:
        say(
            f"every look failed, so nothing was measured; the first: {figures['first_failure']}",
            err=True,
        )
        raise typer.Exit(1)
    told = {**figures, "kind": kind, "tls": tls, "server": server, **limits}
    say(json.dumps(told, indent=2) if as_json else _sentences(told))


def measured(job: dict[str, Any]) -> dict[str, Any]:
    """The figures of a job, from a process that is like a worker's."""
    command = [sys.executable, "-m", "api.cli.bench.looking", json.dumps(job)]
    try:
        done = subprocess.run(  # noqa: S603 - ourselves
            command,
            stdout=subprocess.PIPE,
            timeout=job["seconds"] * 3 + _SETTLING_S,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        say(f"the measuring process did not finish: {type(error).__name__}; see above", err=True)
        raise typer.Exit(1) from None
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def local_job(local: "Local", kind: str, *, tls: bool) -> dict[str, Any]:
    """The job against the local servers; times are compared with what our own server says of
    itself.
    """
    from worker.probes.kinds import KINDS

    scheme = "https" if tls else "http"
    params: dict[str, dict[str, Any]] = {
        "http": {"url": f"{scheme}://127.0.0.1:{local.https if tls else local.http}/"},
        "tcp": {"host": "127.0.0.1", "port": local.http},
        "tls": {"host": "127.0.0.1", "port": local.https},
        "dns": {"name": "bench.example", "server": "127.0.0.1", "port": local.dns},
        "icmp": {"host": "127.0.0.1", "count": 1},
    }
    if kind not in params or kind not in KINDS:
        measurable = ", ".join(name for name in params if name in KINDS)
        say(
            f"{kind!r} has no local server to be measured against; give one of {measurable}, or"
            " --url",
            err=True,
        )
        raise typer.Exit(2)
    timed_port = local.timed_https if tls else local.timed_http
    http = kind == "http"
    return {
        "kind": kind,
        "params": params[kind],
        "timed_url": f"{scheme}://127.0.0.1:{timed_port}/timed/" if http else None,
        "delays_url": f"http://127.0.0.1:{local.timed_http}/delays" if http else None,
        "allow": _LOOPBACK,
        "ca_file": local.ca_file,
    }


def _remote_job(url: str, kind: str, networks: tuple[str, ...], *, consent: bool) -> dict[str, Any]:
    from api.cli.bench.looking import parse_job
    from api.cli.target import TargetError, check_of
    from worker.probes.run import SpecError

    if not _is_here(url) and not consent:
        say(
            f"{shown(url)} is not on this machine, and this would put heavy load on it; "
            "if you may do that, say so with --consent",
            err=True,
        )
        raise typer.Exit(2)
    try:
        found, params = check_of(url, None if "://" in url else kind)
        parse_job(found, params)
    except (TargetError, SpecError) as error:
        say(f"{shown(url)} cannot be probed: {error}", err=True)
        raise typer.Exit(2) from None
    allow = (*_LOOPBACK, *networks) if _is_here(url) else networks
    return {
        "kind": found,
        "params": params,
        "timed_url": None,
        "delays_url": None,
        "allow": allow,
        "ca_file": None,
    }


def _is_here(url: str) -> bool:
    """Whether a URL names a loopback address itself: a name may lead anywhere."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _sentences(told: dict[str, Any]) -> str:
    per_core = 1e6 / told["cpu_us_per_look"]
    lines = [
        (
            f"{told['looks_per_s']:,.0f} looks/s with {told['concurrency']} in flight"
            f" ({told['kind']}, {told['server']})"
        ),
        f"{told['cpu_us_per_look']:,.0f} µs of CPU a look: {per_core:,.0f} looks/s a core",
        f"{told['rss_mb']:.0f} MB of memory",
    ]
    if told["ttfb_error_ms_p99"] is not None:
        lines.append(
            f"times to first byte are off by {told['ttfb_error_ms_p50']} ms (p50) and"
            f" {told['ttfb_error_ms_p99']} ms (p99) at {told['timed_looks_per_s']:,.0f} looks/s"
        )
    if told["failed"]:
        lines.append(
            f"{told['failed']} of {told['looks']} looks failed, the first: {told['first_failure']}"
        )
    return "\n".join(lines)
