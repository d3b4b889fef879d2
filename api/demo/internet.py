"""The small internet itself: real HTTP and HTTPS servers on loopback addresses."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from api.demo.status_page import serve
from api.demo.weather import Behaviour, Weather
from api.demo.world import ENDPOINTS, Endpoint
from api.supervisor.claim import free_port
from api.supervisor.problem import CannotStartError

_PATIENCE_S: Final = 10.0
_SLOW_S: Final = 1.0
_ABRUPT: Final = struct.pack("ii", 1, 0)


@asynccontextmanager
async def internet(weather: Weather, folder: Path) -> AsyncIterator[tuple[int, Path]]:
    """All servers, listening; gives their port and the file with the authority that signed their
    certificates.
    """
    context, ca_file = _certificates(folder)
    async with AsyncExitStack() as stack:
        port = free_port(ENDPOINTS[0].address)
        for endpoint in ENDPOINTS:
            server = await _listen(endpoint, port, weather, context)
            stack.push_async_callback(server.wait_closed)
            stack.callback(server.close)
        page = await serve(weather.page, port)
        stack.push_async_callback(page.wait_closed)
        stack.callback(page.close)
        yield port, ca_file
        for task in asyncio.all_tasks():
            if task.get_name() == _NAME:
                task.cancel()


_NAME: Final = "demo-server"


async def _listen(
    endpoint: Endpoint, port: int, weather: Weather, context: ssl.SSLContext
) -> asyncio.Server:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            task.set_name(_NAME)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await reader.readuntil(b"\r\n\r\n")
                await _behave(
                    weather.towards(endpoint, writer.get_extra_info("peername")[0]),
                    endpoint,
                    reader,
                    writer,
                )
        except (
            OSError,
            TimeoutError,
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
            asyncio.CancelledError,
        ):
            return  # the client is gone, or the demo ends
        finally:
            writer.close()

    try:
        return await asyncio.start_server(
            serve, endpoint.address, port, ssl=context if endpoint.scheme == "https" else None
        )
    except OSError as error:
        raise CannotStartError(
            f"The demo's servers cannot listen on {endpoint.address} ({error.strerror}); "
            "the demo needs Linux, where all of 127.0.0.0/8 is this machine."
        ) from error


async def _behave(
    behaviour: Behaviour,
    endpoint: Endpoint,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    if behaviour is Behaviour.RESET:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABRUPT)
        writer.transport.abort()
        return
    if behaviour is Behaviour.CLOSE:
        return
    if behaviour is Behaviour.HANG:
        await reader.read()
        return
    if behaviour is Behaviour.SLOW:
        await asyncio.sleep(_SLOW_S)
    status = "500 Internal Server Error" if behaviour is Behaviour.ERROR else "200 OK"
    body = f"{endpoint.name}: {status}\n".encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length:"
        f" {len(body)}\r\nConnection: close\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()


def _certificates(folder: Path) -> tuple[ssl.SSLContext, Path]:
    import trustme  # late: nothing else needs it

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*(endpoint.address for endpoint in ENDPOINTS)).configure_cert(context)
    ca_file = folder / "demo-ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    return context, ca_file
