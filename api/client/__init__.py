"""Asks an Outscope: a thin client, with and without asyncio, typed by the documents of the API.

It needs httpx alone (`pip install 'outscope[client]'`). May import documents (for types only) and
worker.contract.
"""

from api.client.asking import OutscopeError, Refused, Unreachable
from api.client.asynchronous import AsyncOutscope
from api.client.events import Event
from api.client.synchronous import Outscope

__all__ = ["AsyncOutscope", "Event", "Outscope", "OutscopeError", "Refused", "Unreachable"]
