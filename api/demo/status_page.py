"""The status page of Cinder's vendor, as Statuspage serves it: late, and it admits only half."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

from api.demo.world import PAGE
from api.supervisor.problem import CannotStartError
from worker.contract.clock import now
from worker.contract.instant import rfc3339

NAMES: Final = {"api": "Cinder API", "app": "Cinder app", "login": "Cinder login"}
"""What the page calls the components."""
_PATIENCE_S: Final = 10.0


class StatusPage:
    """What it says now."""

    def __init__(self) -> None:
        self._incidents: dict[str, Mapping[str, Any]] = {}
        self._open = ""

    def admit(self, *components: str) -> None:
        """Say for the first time that these components have trouble, as of now."""
        at = rfc3339(now())
        self._open = f"cinder-{at}"
        self._put("investigating", at, [{"name": NAMES[name]} for name in components])

    def close(self) -> None:
        """Say that it is over; nothing, where nothing was said."""
        known = self._incidents.get(self._open)
        if known is not None:
            self._put("resolved", known["started_at"], known["components"])
            self._open = ""

    def document(self) -> bytes:
        """What a program reads."""
        told = {"page": {"id": "cinder"}, "incidents": [*self._incidents.values()]}
        return json.dumps(told).encode()

    def _put(self, status: str, began: str, components: list[dict[str, str]]) -> None:
        at = rfc3339(now())
        known = self._incidents.get(self._open, {"incident_updates": []})
        update = {"status": status, "body": f"Status: {status}.", "created_at": at}
        self._incidents[self._open] = {
            "id": self._open,
            "name": "Elevated errors",
            "status": status,
            "impact": "minor",
            "started_at": began,
            "updated_at": at,
            "resolved_at": at if status == "resolved" else None,
            "components": components,
            "incident_updates": [*known["incident_updates"], update],
        }


async def serve(page: StatusPage, port: int) -> asyncio.Server:
    """The page at its address, listening."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await reader.readuntil(b"\r\n\r\n")
                body = page.document()
                head = (
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length:"
                    f" {len(body)}\r\nConnection: close\r\n\r\n"
                )
                writer.write(head.encode() + body)
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return  # the client is gone
        finally:
            writer.close()

    try:
        return await asyncio.start_server(answer, PAGE, port)
    except OSError as error:
        raise CannotStartError(
            f"The demo's status page cannot listen on {PAGE} ({error.strerror})."
        ) from error
