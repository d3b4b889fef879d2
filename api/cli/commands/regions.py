"""`outscope regions`: where we look from, and who is fit to speak."""

from collections import defaultdict
from typing import Any, Final

from rich.text import Text

from api.cli.options.api_options import DEFAULT_URL, Json, Token, Url, api_client, put
from api.cli.terminal.outside import shown
from api.cli.terminal.tables import console, local, plain, show, word
from api.documents.picture.standpoints import elsewhere, together
from api.documents.picture.struck import struck_of
from api.documents.picture.troubles import stranger

_NAMED: Final = 5
"""So many workers of a region are named; more are counted."""


def regions(url: Url = DEFAULT_URL, token: Token = None, json: Json = False) -> None:
    """List the regions, their fitness, and when their workers were heard."""
    with api_client(url, token) as client:
        if json:
            return put(client.document("regions"))
        told, workers = client.get("regions"), client.get("workers")["items"]
    out, found = console(), told["items"]
    if not found:
        return out.print("No region is configured yet; run: outscope apply outscope.yaml")
    by_region = defaultdict(list)
    for worker in workers:
        by_region[worker["region"]].append(worker)
    rows = (_line(region, by_region[region["id"]]) for region in found)
    show(out, ("region", "name", "place", "fitness", "why", "workers"), rows)
    for warned in map(stranger, told.get("unknown", ())):
        out.print(shown(f"{warned[0].upper()}{warned[1:]}."), style="yellow", markup=False)
    return None


def _line(region: dict[str, Any], workers: list[dict[str, Any]]) -> list[Text]:
    return [
        plain(region["id"]),
        plain(region["name"]),
        plain(_place(region)),
        word(region["fitness"]),
        plain(_why(region)),
        plain(_workers(workers)),
    ]


def _place(region: dict[str, Any]) -> str:
    """`IE (EU)`, as far as it is known."""
    continent = f"({region['continent']})" if region["continent"] else ""
    known = " ".join(filter(None, (region["country"], continent))) or "not known"
    told = ("simulated" if region["simulated"] else "", _joined(region))
    return ", ".join(filter(None, (known, *told)))


def _joined(region: dict[str, Any]) -> str:
    """Whose workers it has, where `outscope up` starts none of its own."""
    return "workers joined" if region.get("workers_from") == "joined" else ""


def _why(region: dict[str, Any]) -> str:
    trouble = region["trouble"] and f"{region['trouble']}: {region['trouble_why']}"
    parts = (
        _borrowed(region),
        region["why"],
        trouble,
        struck_of(region),
        elsewhere(region),
        together(region),
    )
    return "; ".join(part for part in parts if part)


def _borrowed(region: dict[str, Any]) -> str:
    if not region.get("via"):
        return ""
    every_s = region.get("looks_every_s")
    often = f", looks every {every_s / 60:.0f} min" if every_s else ", looks at nothing"
    return f"borrowed (via {region['via']}{often})"


def _workers(workers: list[dict[str, Any]]) -> str:
    if not workers:
        return "none heard yet"
    told = [f"{worker['worker']} heard {local(worker['heard_at'])}" for worker in workers[:_NAMED]]
    more = len(workers) - len(told)
    return ", ".join([*told, f"and {more} more"] if more else told)
