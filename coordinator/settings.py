"""The settings of the coordinator process, from the environment; a bad one stops the start with a
sentence.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coordinator.archive.place import archive_url
from coordinator.configuration.retention import Keep, KeepError, read_keep
from coordinator.messaging.signing import VARIABLE as KEY_VARIABLE
from coordinator.store.database import StoreError, checked
from worker.contract.broker import BrokerUrlError, check_broker_url
from worker.contract.settings.address import AddressError, from_environment

WRITERS: Final = ("here", "elsewhere")
STANDBY: Final = ("wait", "refuse")
OLD_NAME: Final = "OUTSCOPE_INTAKE"
"""What OUTSCOPE_WRITERS was called before; it is refused, for whoever sets it relies on it."""


class SettingsError(ValueError):
    """A setting is missing or wrong; the sentence names it and says what to do."""


@dataclass(frozen=True, slots=True)
class CoordinatorSettings:
    """What an operator decides about the coordinator process.

    `broker` and `database` are URLs. `data_dir` keeps what can be made again. `geoip_country` and
    `geoip_asn` are databases in MaxMind's format that replace the bundled one. `ready_file` is
    touched once looks are ordered. `keep` says for how long results and rollups are kept. `archive`
    is the folder or S3 URL to which results go that are kept no longer; without it they are
    deleted. `writers` is `elsewhere` when writers store what workers report, and the coordinator
    judges it. `signing_key` signs what goes to workers; without it one is kept in `data_dir`. While
    another coordinator works on the database, this one waits to take over, or refuses to start:
    `standby`.
    """

    broker: str
    database: str
    data_dir: Path | None = None
    geoip_country: Path | None = None
    geoip_asn: Path | None = None
    ready_file: Path | None = None
    log_level: str = "INFO"
    keep: Keep = Keep()
    writers: str = "here"
    archive: str | None = None
    signing_key: str = ""
    standby: str = "wait"

    def __post_init__(self) -> None:
        try:
            check_broker_url(self.broker)
        except BrokerUrlError as error:
            raise SettingsError(f"OUTSCOPE_BROKER {error}") from None
        try:
            checked(self.database)
        except StoreError as error:
            raise SettingsError(f"OUTSCOPE_DATABASE: {error}") from None
        if self.writers not in WRITERS:
            raise SettingsError(
                f"OUTSCOPE_WRITERS is {self.writers!r}; write here, or elsewhere when writers store"
            )
        if self.standby not in STANDBY:
            raise SettingsError(
                f"OUTSCOPE_STANDBY is {self.standby!r}; write wait, or refuse when a second"
                " coordinator shall end at once"
            )
        if self.writers == "elsewhere" and self.database.startswith("sqlite:"):
            raise SettingsError(
                "OUTSCOPE_WRITERS=elsewhere needs PostgreSQL; into SQLite one process stores"
            )

    def __repr__(self) -> str:
        return f"CoordinatorSettings(data_dir={self.data_dir!r})"  # the URLs hold passwords


def read_settings(
    environ: Mapping[str, str] = os.environ,
    *,
    broker: str | None = None,
    database: str | None = None,
    data_dir: Path | None = None,
) -> CoordinatorSettings:
    """The settings from what is given, else the environment; SettingsError names the first missing
    or wrong one.
    """
    if environ.get(OLD_NAME, "").strip():
        raise SettingsError(f"{OLD_NAME} is called OUTSCOPE_WRITERS now; set that one instead")
    try:
        keep = read_keep(environ)
    except KeepError as error:
        raise SettingsError(str(error)) from None
    told_broker = broker or _required(
        "OUTSCOPE_BROKER", "the broker's URL, like redis://127.0.0.1:6379/0", environ
    )
    told = database or _required(
        "OUTSCOPE_DATABASE", "its URL, like sqlite:///var/lib/outscope.db", environ
    )
    return CoordinatorSettings(
        broker=told_broker,
        database=told,
        data_dir=data_dir or _path("OUTSCOPE_DATA", environ),
        geoip_country=_path("OUTSCOPE_GEOIP_COUNTRY", environ),
        geoip_asn=_path("OUTSCOPE_GEOIP_ASN", environ),
        ready_file=_path("OUTSCOPE_READY_FILE", environ),
        log_level=environ.get("OUTSCOPE_LOG_LEVEL", "INFO").upper(),
        keep=keep,
        writers=environ.get("OUTSCOPE_WRITERS", "").strip() or "here",
        archive=archive_url(_secret("OUTSCOPE_ARCHIVE", environ), told),
        signing_key=_secret(KEY_VARIABLE, environ),
        standby=environ.get("OUTSCOPE_STANDBY", "").strip() or "wait",
    )


def _required(name: str, what: str, environ: Mapping[str, str]) -> str:
    text = _secret(name, environ)
    if not text:
        raise SettingsError(f"{name} is missing; give {what}")
    return text


def _secret(name: str, environ: Mapping[str, str]) -> str:
    try:
        return from_environment(name, environ)
    except AddressError as error:
        raise SettingsError(str(error)) from None


def _path(name: str, environ: Mapping[str, str]) -> Path | None:
    text = environ.get(name, "").strip()
    return Path(text) if text else None
