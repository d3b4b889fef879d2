"""`outscope look`: have a service or a check looked at now, from all of its regions or some."""

from time import sleep
from typing import Annotated, Any, Final

import typer
from rich.text import Text

from api.cli.options.api_options import DEFAULT_URL, WRONG, Json, Token, Url, api_client, put
from api.cli.options.client import Client, RefusedError
from api.cli.terminal.tables import console, plain, show

_ASK_AGAIN_S: Final = 0.5


def look(
    target: Annotated[str, typer.Argument(help="Id of a service or reference, or of a check.")],
    region: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only from this region. Repeatable; all without."),
    ] = None,
    url: Url = DEFAULT_URL,
    token: Token = None,
    json: Json = False,
) -> None:
    """Have it looked at now, and wait for what comes back. Takes a token with the scope operate.

    Ends with 1 when not every look came back.
    """
    with api_client(url, token) as client:
        job = client.value(_ask(client, target, region))
        document = b""
        while not job["over"] or not document:
            document = client.document("looks", job["id"])
            job = client.value(document)
            if not job["over"]:
                sleep(_ASK_AGAIN_S)
    if json:
        put(document)
    else:
        show(console(), ("check", "region", "worker", "it is", "ms", "detail"), _lines(job))
    if any(one["state"] != "seen" for one in job["looks"]):
        raise typer.Exit(WRONG)


def _ask(client: Client, target: str, regions: list[str] | None) -> bytes:
    """The job, of a service of this id or else of a check."""
    also = {"regions": regions} if regions else {}
    try:
        return client.post("looks", body={"service": target, **also})
    except RefusedError as error:
        if error.parameter != "service":
            raise
        no_service = error
    try:
        return client.post("looks", body={"check": target, **also})
    except RefusedError as error:
        if error.parameter != "check":
            raise
        raise RefusedError(f"{no_service}. {error}", error.code) from None


def _lines(job: dict[str, Any]) -> list[list[Text]]:
    return [_line(one) for one in job["looks"]]


def _line(one: dict[str, Any]) -> list[Text]:
    found = one["result"] or {}
    took_ms = found.get("total_ms")
    return [
        plain(one["check"]),
        plain(one["region"]),
        plain(found.get("worker", "")),
        plain(found.get("reason", one["state"])),
        plain("" if took_ms is None else f"{took_ms:.0f}"),
        plain(found.get("detail", one["why"])),
    ]
