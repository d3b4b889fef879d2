"""What the API process is told: where the store is, where to listen, how fresh its answers are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from worker.contract.reloading.reloads import ReloadError, secret
from worker.contract.settings.address import echoed

_PREFIX: Final = re.compile(r"(/[A-Za-z0-9._~-]+)*/?")
_ORIGIN: Final = re.compile(
    r"\*|https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?"
)


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
    hosts: tuple[str, ...] = ()
    """Names under which it is asked, beside those that its address has by itself."""
    exports_at_once: int = 4
    exports_per_client: int = 2
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Where it came from, to be asked again."""
    root_path: str = ""
    """The path below which a proxy shows it, such as `/status`."""
    origins: tuple[str, ...] = ()
    """Web pages of these origins may read it (CORS); `*` is all."""


class ApiSettingsError(ValueError):
    """A setting is wrong; the sentence names it and says what to do."""


def read_api_settings(
    environ: Mapping[str, str], database: str | None, host: str, port: int
) -> ApiSettings:
    """The settings from what is given and the environment; ApiSettingsError names a wrong one."""
    if database is not None:
        plain = {name: value for name, value in environ.items() if name != "OUTSCOPE_DATABASE_FILE"}
        environ = {**plain, "OUTSCOPE_DATABASE": database}
    named = environ.get("OUTSCOPE_PUBLIC_HOSTS", "").split(",")
    at_once = _count("OUTSCOPE_EXPORTS", environ, 4)
    origins = environ.get("OUTSCOPE_CORS_ORIGINS", "").replace(",", " ").split()
    return ApiSettings(
        read_database(environ),
        archive=read_archive(environ),
        environ=environ,
        host=host,
        port=port,
        hosts=tuple(name.strip() for name in named if name.strip()),
        exports_at_once=at_once,
        root_path=_prefix(environ.get("OUTSCOPE_ROOT_PATH", "").strip()),
        origins=tuple(map(_origin, origins)),
        exports_per_client=_count("OUTSCOPE_EXPORTS_PER_CLIENT", environ, min(2, at_once)),
    )


def read_database(environ: Mapping[str, str]) -> str:
    """The database's URL."""
    url = _secret("OUTSCOPE_DATABASE", environ)
    if not url:
        raise ApiSettingsError("OUTSCOPE_DATABASE is missing; give the URL of the database")
    return url


def read_archive(environ: Mapping[str, str]) -> str | None:
    """Where the archive is, as told."""
    return _secret("OUTSCOPE_ARCHIVE", environ) or None


def _secret(name: str, environ: Mapping[str, str]) -> str:
    try:
        return secret(name, environ)
    except ReloadError as error:
        raise ApiSettingsError(str(error)) from None


def _prefix(text: str) -> str:
    if not _PREFIX.fullmatch(text):
        raise ApiSettingsError(
            f"OUTSCOPE_ROOT_PATH (--root-path) is {text[:40]!r}; write a path such as /status"
        )
    return text.rstrip("/")


def _origin(text: str) -> str:
    if not _ORIGIN.fullmatch(text):
        raise ApiSettingsError(
            f"OUTSCOPE_CORS_ORIGINS holds {echoed(text)}; write origins such as"
            " https://status.example.com, with blanks between, or *"
        )
    return text


def _count(name: str, environ: Mapping[str, str], otherwise: int) -> int:
    text = environ.get(name, "").strip() or str(otherwise)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100:
        raise ApiSettingsError(f"{name} is {text[:20]!r}; write a number from 1 to 100")
    return int(text)
