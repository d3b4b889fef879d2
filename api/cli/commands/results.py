"""`outscope results`: what the workers saw."""

from typing import Annotated, Any

import typer
from rich.text import Text

from api.cli.options.api_options import DEFAULT_URL, Json, Token, Url, api_client, put
from api.cli.options.filters import (
    Check,
    Component,
    Ok,
    Reason,
    Region,
    Service,
    Since,
    Until,
    Worker,
)
from api.cli.terminal.tables import console, local, plain, show, word


def results(
    service: Service = None,
    component: Component = None,
    region: Region = None,
    worker: Worker = None,
    check: Check = None,
    reason: Reason = None,
    ok: Ok = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    cursor: Annotated[str | None, typer.Option(help="`next` of the page before.")] = None,
    url: Url = DEFAULT_URL,
    token: Token = None,
    json: Json = False,
) -> None:
    """List results, the newest first."""
    query = {
        "service": service,
        "component": component,
        "region": region,
        "worker": worker,
        "check": check,
        "reason": reason,
        "ok": ok,
        "since": since,
        "until": until,
        "limit": limit,
        "cursor": cursor,
    }
    with api_client(url, token) as client:
        if json:
            return put(client.document("results", query=query))
        page = client.get("results", query=query)
    return _show(page)


def _show(page: dict[str, Any]) -> None:
    out = console()
    if not page["items"]:
        return out.print("No results.")
    show(
        out,
        ("due", "check", "region", "worker", "reason", "ms", "detail"),
        map(_line, page["items"]),
    )
    if page["next"]:
        out.print(f"More: --cursor {page['next']}", markup=False)
    return None


def _line(record: dict[str, Any]) -> list[Text]:
    return [
        plain(local(record["scheduled_at"])),
        plain(record["check"]),
        plain(record["region"]),
        plain(record["worker"]),
        word("well" if record["ok"] else "bad", record["reason"]),
        plain("" if record["total_ms"] is None else f"{record['total_ms']:.0f}"),
        plain(f"struck; {record['detail']}" if record.get("struck") else record["detail"]),
    ]
