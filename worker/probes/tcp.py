"""A TCP port accepts a connection before the deadline."""

import asyncio
import socket

from pydantic import Field

from worker.contract.kind import Kind, Params
from worker.contract.outcome import Outcome, Reason, failure, success
from worker.probes.vantage import Look


class TcpParams(Params):
    """Where to connect to."""

    host: str = Field(min_length=1, max_length=253, description="Name or address of the target.")
    port: int = Field(ge=1, le=65535, description="TCP port.")


async def run(params: TcpParams, look: Look) -> Outcome:
    """Resolve, connect, close."""
    raise NotImplementedError


KIND = Kind("tcp", TcpParams, run)
