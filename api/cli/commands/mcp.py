"""`outscope mcp`: agents ask how far an outage reaches."""

import asyncio
import os
from ipaddress import ip_address
from typing import Annotated

import typer

from api.cli.options.api_options import DEFAULT_URL, Token, Url
from api.cli.options.credentials import token_of
from worker.contract.installed import own_version
from worker.contract.settings.address import AddressError


def mcp(
    url: Url = DEFAULT_URL,
    token: Token = None,
    port: Annotated[
        int | None,
        typer.Option(
            help="Serve Streamable HTTP at http://HOST:PORT/mcp instead of standard input.",
            min=1,
            max=65535,
        ),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on: a loopback one, since nobody is asked who.")
    ] = "127.0.0.1",
) -> None:
    """Serve the Model Context Protocol, so that agents can ask: status, explain, is_it_me, advice,
    incidents. It only reads.
    """
    _check(host)
    asyncio.run(_serve(url, token or _token_of_a_file(), host, port))


def _token_of_a_file() -> str | None:
    try:
        return token_of(os.environ)
    except AddressError as error:
        raise typer.BadParameter(str(error), param_hint="OUTSCOPE_TOKEN_FILE") from None


def _check(host: str) -> None:
    try:
        if host == "localhost" or ip_address(host).is_loopback:
            return
    except ValueError:
        pass
    raise typer.BadParameter(
        f"{host!r} is not a loopback address, and this server asks nobody who they are: listen on"
        " 127.0.0.1, behind a proxy that does",
        param_hint="--host",
    )


async def _serve(url: str, token: str | None, host: str, port: int | None) -> None:
    from api.client import AsyncOutscope
    from api.mcp.server import serve

    async with AsyncOutscope(url, token) as asks:
        server = serve(asks, own_version())
        if port is None:
            await server.run_stdio_async()
        else:
            await server.run_streamable_http_async(host=host, port=port, stateless_http=True)
