"""What the API process is told: where the store is, where to listen, how fresh its answers are."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """Settings of one API process. Durations are milliseconds."""

    database: str
    """URL of the store, for example `sqlite:///home/me/outscope.db` or `postgres://...`."""
    archive: str | None = None
    """Folder or S3 URL of archived results, or `off`; without it, what stands beside a SQLite
    database.
    """
    host: str = "127.0.0.1"
    port: int = 8000
    refresh_ms: int = 500
    """Summaries are read from the store at most this often, however many clients ask."""
    stale_ms: int = 1_000
    """A summary older than this is read anew before it is given out."""
    coordinator_silent_ms: int = 15_000
    """The service is not ready, and the page says so, when the coordinator was not heard for this
    long.
    """
