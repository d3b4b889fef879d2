"""`outscope history`: what a service was like, in minutes, hours or days."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.text import Text

from api.cli.options.api_options import DEFAULT_URL, Json, Token, Url, api_client, put
from api.cli.options.filters import Check, Component, Region, Since, Until
from api.cli.terminal.tables import console, local, plain, show
from coordinator.domain.rollups.level import LENGTH_MS, Level
from worker.contract.instant import parse_rfc3339


def history(
    service: Annotated[str, typer.Argument(help="Id of the service.")],
    since: Since = None,
    until: Until = None,
    resolution: Annotated[
        str, typer.Option(help="minute, hour, day, or auto: what suits the span.")
    ] = "auto",
    component: Component = None,
    check: Check = None,
    region: Region = None,
    without_maintenance: Annotated[
        bool, typer.Option("--without-maintenance", help="Leave announced maintenance out.")
    ] = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    json: Json = False,
) -> None:
    """Show uptime, failures and times of a service, bucket by bucket; the last 24 hours without
    --since. Days are those of UTC.
    """
    query = {
        "since": since,
        "until": until,
        "resolution": resolution,
        "component": component,
        "check": check,
        "region": region,
        "maintenance": "exclude" if without_maintenance else None,
    }
    with api_client(url, token) as client:
        if json:
            put(client.document("services", service, "history", query=query))
        else:
            _show(client.get("services", service, "history", query=query))


def _show(found: dict[str, Any]) -> None:
    out = console()
    if not found["points"]:
        nothing = f"Nothing is kept of {found['service']} in that time; see: outscope status"
        out.print(nothing, markup=False)
        return
    columns = (
        "day (UTC)" if found["resolution"] == "day" else found["resolution"],
        "uptime",
        "looks",
        "bad",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "reasons",
    )
    rows = [_line(_name(point, found["resolution"]), point) for point in found["points"]]
    show(out, columns, [*rows, _line("all", found["whole"])])
    left_out = found.get("left_out_ms", 0) // 60_000
    without = f", without {left_out} min of announced maintenance" if left_out else ""
    out.print(f"all: {local(found['since'])} to {local(found['as_of'])}{without}", markup=False)


def _name(point: dict[str, Any], level: Level) -> str:
    """When a bucket began; and until when it is counted, if that is not its end."""
    at = parse_rfc3339(point["at"])
    name = (
        f"{datetime.fromtimestamp(at / 1000, UTC):%d %b %Y}"
        if level == "day"
        else local(point["at"])
    )
    is_whole = parse_rfc3339(point["until"]) == at + LENGTH_MS[level]
    return name if is_whole else f"{name} (until {local(point['until'])})"


def _line(name: str, bucket: dict[str, Any]) -> list[Text]:
    times = bucket["total_ms"] or {}
    reasons = ", ".join(
        f"{reason} {number}" for reason, number in bucket["reasons"].items() if reason != "ok"
    )
    return [
        plain(name),
        plain("" if bucket["uptime"] is None else f"{bucket['uptime']:.3%}"),
        plain(f"{bucket['looks']:,}"),
        plain(f"{bucket['bad']:,}"),
        *(plain(f"{times[p]:.0f}" if p in times else "") for p in ("p50", "p95", "p99")),
        plain(reasons),
    ]
