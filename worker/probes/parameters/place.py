"""Where to look, for kinds whose target is a host and not an address of the web."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from worker.contract.kind import CheckParams
from worker.contract.target import USUAL_PORTS, plain_host

IpVersion = Literal["any", "4", "6"]
SlowMs = Annotated[int, Field(gt=0)]


def _host_name(value: str) -> str:
    if not plain_host(value).isascii():
        raise ValueError(f"{value!r} is not a host name")
    return value


HostName = Annotated[str, Field(min_length=1, max_length=253), AfterValidator(_host_name)]


class Host(CheckParams):
    """A host."""

    host: HostName = Field(description="Name or address of the target.")
    ip_version: IpVersion = Field(default="any", description="Look over IPv4 or IPv6 only.")

    @classmethod
    def from_url(cls, url: str) -> dict[str, Any]:
        """The host of any address, such as `icmp://example.org`."""
        host = urlsplit(url).hostname
        if not host:
            raise ValueError(f"write {cls.schemes[0]}://host")
        return {"host": host}


class HostPort(Host):
    """A port of a host."""

    port: int = Field(ge=1, le=65535, description="Port of the target.")
    slow_ms: SlowMs | None = Field(
        default=None, description="A look that takes longer is a failure: slow."
    )

    @classmethod
    def from_url(cls, url: str) -> dict[str, Any]:
        """Host and port of any address, such as `tcp://example.org:25`; without a port it is that
        of the scheme, or the kind's own.
        """
        parts = urlsplit(url)
        if not parts.hostname:
            raise ValueError(f"write {cls.schemes[0]}://host:port")
        port = parts.port or USUAL_PORTS.get(parts.scheme)
        if port is not None:
            return {"host": parts.hostname, "port": port}
        if cls.model_fields["port"].is_required():
            raise ValueError(f"a port is missing; write {cls.schemes[0]}://{parts.hostname}:443")
        return {"host": parts.hostname}
