"""Where to look, for kinds whose target is a host and not an address of the web."""

from typing import Annotated, Literal

from pydantic import Field

from worker.contract.kind import Params

IpVersion = Literal["any", "4", "6"]
SlowMs = Annotated[int, Field(gt=0)]


class Host(Params):
    """A host."""

    host: str = Field(min_length=1, max_length=253, description="Name or address of the target.")
    ip_version: IpVersion = Field(default="any", description="Look over IPv4 or IPv6 only.")


class HostPort(Host):
    """A port of a host."""

    port: int = Field(ge=1, le=65535, description="Port of the target.")
    slow_ms: SlowMs | None = Field(
        default=None, description="A look that takes longer is a failure: slow."
    )
