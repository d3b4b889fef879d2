"""`outscope vendors`: what vendors say of their incidents, and how late, beside what was seen."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from api.cli.options.api_options import DEFAULT_URL, Json, Token, Url, api_client, put
from api.cli.terminal.outside import shown
from api.cli.terminal.tables import console, local, plain, show


def vendors(
    vendor: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="Only this one, with its incidents and statements."),
    ] = None,
    window: Annotated[
        str, typer.Option(help="How long until now: 24h, 30d, 12w.", metavar="LENGTH")
    ] = "90d",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20,
    url: Url = DEFAULT_URL,
    token: Token = None,
    json: Json = False,
) -> None:
    """Show how late and how far vendors admit incidents, beside what was seen."""
    query = {"window": window}
    path = ["vendors", vendor, "scorecard"] if vendor else ["vendors"]
    with api_client(url, token) as client:
        if json:
            return put(client.document(*path, query=query))
        card = client.get(*path, query=query)
        if not vendor:
            return _all(console(), card["items"])
        asked = dict[str, str | int | bool | None](window=window, limit=limit)
        rows = client.get("vendors", vendor, "acknowledgements", query=asked)
    _all(console(), [card])
    return _rows(console(), rows["items"])


def _all(out: Console, cards: list[dict[str, Any]]) -> None:
    if not cards:
        out.print("No check reads what a vendor says; add one of kind vendor_status.")
        return
    columns = (
        *("vendor", "incidents", "acknowledged", "median lag", "p90 lag", "scope right"),
        *("green while red", "not heard", "unseen", "backdated"),
    )
    show(out, columns, map(_card, cards))


def _card(card: dict[str, Any]) -> list[Text]:
    settled = card["acknowledged"] + card["never"]
    return [
        plain(card["vendor"]),
        plain(card["incidents"]),
        plain(_share(card["share_acknowledged"], settled)),
        plain(_bounded(card["lag_median"])),
        plain(_bounded(card["lag_p90"])),
        plain(_share(card["share_scope_right"], card["scope_told"])),
        plain(f"{card['false_reassurance_minutes']:g} min"),
        plain(card["not_heard"]),
        plain(card["unseen"]),
        plain(card["backdated"]),
    ]


def _rows(out: Console, rows: list[dict[str, Any]]) -> None:
    if not rows:
        out.print("Nothing was said in that time, and nothing was seen.")
        return
    columns = (
        "began by",
        "incident",
        "vendor",
        "claims",
        "admitted by",
        "lag",
        "components",
        "reach",
    )
    show(out, columns, map(_row, rows))
    for row in rows:
        for remark in row["remarks"]:
            out.print(shown(f"{row['incident_id'] or 'unseen'}: {remark}"), markup=False)


def _row(row: dict[str, Any]) -> list[Text]:
    vendor, reach = row["vendor"] or {}, row["reach"] or {}
    began = row["observed_start"] or {}
    said = [*reach.get("components_said", ()), *(f"not {one}" for one in _missing(reach))]
    return [
        plain(local(began.get("by"))),
        plain(row["incident_id"] or "none seen"),
        plain(vendor.get("status") or row["state"].replace("_", " ")),
        plain(local(row["claimed_start"])),
        plain(local(row["seen_by"])),
        plain(_bounded(row["lag"])),
        plain(", ".join(said)),
        plain(reach.get("scope", "").replace("_", " ")),
    ]


def _missing(reach: dict[str, Any]) -> list[str]:
    return list(reach.get("components_missing", ()))


def _share(share: float | None, of: int) -> str:
    return "cannot say" if share is None else f"{share:.0%} of {of}"


def _bounded(told: dict[str, int | None] | None) -> str:
    """`18 min (17 to 20)`; a bound that there is not is a question mark."""
    if told is None or told["best_ms"] is None:
        return ""
    if told["least_ms"] == told["most_ms"] == told["best_ms"]:
        return _length(told["best_ms"])
    return f"{_length(told['best_ms'])} ({_bound(told['least_ms'])} to {_bound(told['most_ms'])})"


def _bound(amount_ms: int | None) -> str:
    return "?" if amount_ms is None else _length(amount_ms)


def _length(amount_ms: int) -> str:
    if abs(amount_ms) < 120_000:
        return f"{amount_ms / 1000:.0f} s"
    return f"{amount_ms / 60_000:.0f} min"
