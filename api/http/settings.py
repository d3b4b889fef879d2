"""What the API process is told: where the store is, where to listen, how fresh its answers are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from coordinator.access.token import identifier_of
from coordinator.store.database import StoreError, checked
from worker.contract.broker import BrokerUrlError, check_broker_url
from worker.contract.reloading.reloads import ReloadError, secret
from worker.contract.settings.address import echoed, is_loopback
from worker.contract.settings.rabbitmq import is_rabbitmq

ON: Final = "on"
OFF: Final = "off"
ACCESS: Final = "OUTSCOPE_ACCESS"
TOKENS: Final = "tokens"
OPEN: Final = "open"
_RATE: Final = "OUTSCOPE_RATE_LIMIT"
USUAL_RATE: Final = "1200/minute"
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
    listeners: int = 5_000
    """So many clients follow events at once."""
    exports_at_once: int = 4
    exports_per_client: int = 2
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Where it came from, to be asked again."""
    root_path: str = ""
    """The path below which a proxy shows it, such as `/status`."""
    origins: tuple[str, ...] = ()
    """Web pages of these origins may read it (CORS); `*` is all."""
    relay: str = ON
    """Whether this process is a relay for workers (`on`, `off`), or the URL of one elsewhere."""
    relay_broker: str = ""
    """The broker's URL as the relay sees it, without a user; empty: as workers are told it."""
    access: str = ""
    """`tokens`: who asks shows a token. `open`: whoever reaches it reads. Empty, as on loopback, is
    open as well. Writing takes a token in all of them.
    """

    rate_limit: str = ""
    """Requests that one token, or one address without, may make, such as `1200/minute`; empty is
    as many as it likes.
    """

    admin_token: str = field(default="", repr=False)
    """A token of a first administrator, made by `outscope token new`."""

    @property
    def reading_is_open(self) -> bool:
        """Whether reading takes no token."""
        return self.access != TOKENS


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
    access = environ.get(ACCESS, "").strip()
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
        listeners=_count("OUTSCOPE_LISTENERS", environ, 5_000, 100_000),
        root_path=_prefix(environ.get("OUTSCOPE_ROOT_PATH", "").strip()),
        origins=tuple(map(_origin, origins)),
        access=access,
        admin_token=_admin_token(environ),
        rate_limit=_rate_limit(environ.get(_RATE, "").strip(), access),
        relay=_relay(environ.get("OUTSCOPE_RELAY", "").strip() or ON),
        relay_broker=_relay_broker(environ.get("OUTSCOPE_RELAY_BROKER", "").strip()),
        exports_per_client=_count("OUTSCOPE_EXPORTS_PER_CLIENT", environ, min(2, at_once)),
    )


def check_access(access: str, host: str) -> str:
    """Who may ask an API at this address, as it is to be; ApiSettingsError when that is not said
    where others than this machine can ask.
    """
    if access not in ("", TOKENS, OPEN):
        raise ApiSettingsError(f"{ACCESS} is {echoed(access)}; write {TOKENS} or {OPEN}")
    if not access and not is_loopback(host):
        raise ApiSettingsError(
            f"it is to listen at {host}, where others than this machine reach it, and nobody said"
            f" who may ask: set {ACCESS}={TOKENS} to answer who shows a token (`outscope token"
            f" create NAME`), or {ACCESS}={OPEN} to let whoever reaches it read all that it knows."
            " Writing takes a token either way"
        )
    return access


def read_database(environ: Mapping[str, str]) -> str:
    """The database's URL."""
    url = _secret("OUTSCOPE_DATABASE", environ)
    if not url:
        raise ApiSettingsError("OUTSCOPE_DATABASE is missing; give the URL of the database")
    try:
        return checked(url)
    except StoreError as error:
        raise ApiSettingsError(f"OUTSCOPE_DATABASE: {error}") from None


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


def _admin_token(environ: Mapping[str, str]) -> str:
    text = _secret("OUTSCOPE_ADMIN_TOKEN", environ) or ""
    if text and identifier_of(text) is None:
        raise ApiSettingsError(
            "OUTSCOPE_ADMIN_TOKEN is no token; make one with: outscope token new"
        )
    return text


def _rate_limit(text: str, access: str) -> str:
    """Where others reach it, there is a limit unless somebody says that there is none."""
    if text == OFF or (not text and not access):
        return ""
    found = re.fullmatch(r"([1-9][0-9]{0,8})\s*/\s*(second|minute|hour)", text or USUAL_RATE)
    if not found:
        raise ApiSettingsError(
            f"{_RATE} is {echoed(text)}; write requests that one caller may make, such as"
            f" {USUAL_RATE}, by second, minute or hour; or {OFF}"
        )
    return f"{found[1]}/{found[2]}"


def _count(name: str, environ: Mapping[str, str], otherwise: int, most: int = 100) -> int:
    text = environ.get(name, "").strip() or str(otherwise)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= most:
        raise ApiSettingsError(f"{name} is {text[:20]!r}; write a number from 1 to {most}")
    return int(text)


def _relay(text: str) -> str:
    url = re.fullmatch(r"https://[!-.0-?A-~]+(/[!-?A-~]*)?|http://localhost:[0-9]+", text)
    if text not in (ON, OFF) and not url:
        raise ApiSettingsError(
            f"OUTSCOPE_RELAY is {echoed(text)}; write on, off, or the URL of a relay elsewhere,"
            " such as https://relay.example.com"
        )
    return text.rstrip("/")


def _relay_broker(text: str) -> str:
    try:
        login = "@" in (check_broker_url(text) if text else "")
    except BrokerUrlError as error:
        raise ApiSettingsError(f"OUTSCOPE_RELAY_BROKER {error}") from None
    if is_rabbitmq(text):
        raise ApiSettingsError("OUTSCOPE_RELAY_BROKER is RabbitMQ; the relay speaks to Redis alone")
    if login:
        raise ApiSettingsError(
            "OUTSCOPE_RELAY_BROKER holds a user or a password; each worker comes with its own, so"
            " leave them out"
        )
    return text
