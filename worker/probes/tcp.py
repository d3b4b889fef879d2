"""A TCP port accepts a connection before the deadline."""

from pydantic import Field

from worker.contract.kind import Kind, Params
from worker.contract.outcome import Outcome, success
from worker.probes.connection import connect
from worker.probes.vantage import Look


class TcpParams(Params):
    """Where to connect to."""

    host: str = Field(min_length=1, max_length=253, description="Name or address of the target.")
    port: int = Field(ge=1, le=65535, description="TCP port.")


async def run(params: TcpParams, look: Look) -> Outcome:
    """Resolve, connect, close."""
    connected = await connect(params.host, params.port, look)
    if isinstance(connected, Outcome):
        return connected
    connected.sock.close()
    return success(
        dns_ms=connected.dns_ms,
        connect_ms=connected.connect_ms,
        total_ms=(connected.dns_ms or 0.0) + connected.connect_ms,
        ip=connected.ip,
    )


KIND = Kind("tcp", TcpParams, run)
