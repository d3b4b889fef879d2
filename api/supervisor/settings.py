"""What an operator decides about a product that runs on one machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ProductSettings:
    """How to run the product. Without `broker` an embedded one is started; without `database`,
    SQLite in `data`.
    """

    data: Path
    host: str = "127.0.0.1"
    port: int = 8000
    config: Path | None = None
    """The configuration to apply at start; None keeps the stored one, and takes the catalog at the
    first start.
    """
    broker: str | None = None
    broker_file: Path | None = None
    """Where the broker's URL stands, when it was read from a file: its processes read that
    themselves, also later.
    """
    database: str | None = None
    database_file: Path | None = None
    """As with the broker's."""
    allow: str | None = None
    """Networks, comma-separated, that are not public and may be probed nevertheless."""
    ca_file: Path | None = None
    """Certificates that workers trust besides the public ones."""
    globalping: bool = False
    """Whether borrowed regions are looked at as well when the configuration has none."""
    source_addresses: Mapping[str, str] = field(default_factory=dict)
    """Region to the address of this machine that its worker looks from."""

    @property
    def database_url(self) -> str:
        """The database of the coordinator and the API."""
        return self.database or f"sqlite://{self.data / 'outscope.db'}"

    @property
    def address(self) -> str:
        """Where the page is, for people on this machine."""
        host = self.own_host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def own_host(self) -> str:
        """The address at which this machine itself reaches the API."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
