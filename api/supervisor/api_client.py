"""Asks the product's own API, the way any client does; without threads, so that forking stays
safe.
"""

import asyncio
import json
from typing import Any, Final

_PATIENCE_S: Final = 5.0


async def get(host: str, port: int, path: str, token: str | None = None) -> Any:
    """The JSON document at a path of the API, asked for with a token, if there is one; OSError when
    it does not answer, or answers something else.
    """
    shown = f"Authorization: Bearer {token}\r\n" if token else ""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                name = f"[{host}]" if ":" in host else host
                asked = f"GET {path} HTTP/1.1\r\nHost: {name}\r\n{shown}"
                writer.write(f"{asked}Connection: close\r\n\r\n".encode())
                answer = await reader.read()
            finally:
                writer.close()
    except TimeoutError as error:
        raise OSError(f"{path} did not answer") from error
    head, _, body = answer.partition(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise OSError(f"{path} answered {head[:40].decode(errors='replace')}")
    return json.loads(body)
